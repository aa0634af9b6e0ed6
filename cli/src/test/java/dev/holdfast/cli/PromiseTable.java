package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The README's table of promises. A row is {@code | P1 name | sentence | proof |}, where the proof
 * is either test classes in backticks or the words "not yet", or both.
 */
final class PromiseTable {
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\|\\s*\\**P(\\d+)\\b[^|]*\\|[^\\n]*\\|([^|\\n]+)\\|\\s*$");
  private static final Pattern CLASS = Pattern.compile("`([A-Z]\\w*)(?:[.#][\\w.]+)?`");
  private static final int PROMISES = 8;

  private PromiseTable() {}

  /** One line a fault of the table in {@code readme}; {@code exists} tells whether a class does. */
  static List<String> faults(String readme, Predicate<String> exists) {
    List<String> faults = new ArrayList<>();
    List<Integer> numbers = new ArrayList<>();
    Matcher row = ROW.matcher(readme);
    while (row.find()) {
      int number = Integer.parseInt(row.group(1));
      numbers.add(number);
      String proof = row.group(2);
      Matcher named = CLASS.matcher(proof);
      boolean any = false;
      while (named.find()) {
        any = true;
        if (!exists.test(named.group(1))) {
          faults.add("P" + number + " names " + named.group(1) + ", which does not exist");
        }
      }
      if (!any && !proof.contains("not yet")) {
        faults.add("P" + number + " names no test and does not say that it has none");
      }
    }
    List<Integer> expected = new ArrayList<>();
    for (int number = 1; number <= PROMISES; number++) {
      expected.add(number);
    }
    if (!numbers.equals(expected)) {
      faults.add("expected the rows P1 to P" + PROMISES + " in order, came " + numbers);
    }
    return faults;
  }
}
