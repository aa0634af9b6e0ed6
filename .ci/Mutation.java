import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Prints the mutation score of each package from Pitest's XML report, and what no test noticed:
 * {@code NAME ROOT_PACKAGE MINIMUM XML}. Fails if a package is below the minimum.
 *
 * <p>A mutant counts as noticed if a test failed or did not end in time. How many did not is
 * printed too, because a busy machine makes that figure larger and the score better.
 */
final class Mutation {
  private static final Pattern MUTANT =
      Pattern.compile(
          "<mutation detected='(true|false)' status='([A-Z_]+)'.*?<mutatedClass>(.*?)</mutatedClass>"
              + "<mutatedMethod>(.*?)</mutatedMethod>.*?<lineNumber>(\\d+)</lineNumber>"
              + ".*?<description>(.*?)</description>",
          Pattern.DOTALL);

  private static final class Score {
    private int noticed;
    private int unended;
    private int all;

    double percent() {
      return 100.0 * noticed / all;
    }
  }

  public static void main(String[] args) throws IOException {
    String module = args[0];
    String root = args[1] + ".";
    double minimum = Double.parseDouble(args[2]);
    Path report = Path.of(args[3]);
    Map<String, Score> scores = new TreeMap<>();
    Map<String, List<String>> missed = new TreeMap<>();
    Score total = new Score();
    Matcher mutants = MUTANT.matcher(Files.readString(report));
    while (mutants.find()) {
      boolean noticed = mutants.group(1).equals("true");
      String type = mutants.group(3);
      String below = type.substring(root.length());
      Score score = scores.computeIfAbsent(below.replaceAll("\\..*", ""), p -> new Score());
      for (Score each : List.of(score, total)) {
        each.all++;
        each.noticed += noticed ? 1 : 0;
        each.unended += noticed && !mutants.group(2).equals("KILLED") ? 1 : 0;
      }
      if (!noticed) {
        missed
            .computeIfAbsent(below, c -> new ArrayList<>())
            .add(mutants.group(5) + " " + mutants.group(4) + ": " + mutants.group(6));
      }
    }
    if (total.all == 0) {
      throw new IOException(report + ": expected mutants, came none");
    }
    missed.forEach((type, all) -> System.out.printf("not noticed in %s: %s%n", type, all));
    print(module, total);
    scores.forEach((name, score) -> print(module + " " + name, score));
    scores.values().removeIf(score -> score.percent() >= minimum);
    if (!scores.isEmpty()) {
      System.out.printf(
          Locale.ROOT,
          "expected a mutation score of at least %.0f %% in each package, not so in %s%n",
          minimum,
          scores.keySet());
      System.exit(1);
    }
  }

  private static void print(String what, Score score) {
    System.out.printf(
        Locale.ROOT,
        "%s mutation score: %.1f %% (%d of %d noticed, %d by a test that did not end)%n",
        what,
        score.percent(),
        score.noticed,
        score.all,
        score.unended);
  }
}
