package dev.holdfast.relay.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects what is wrong, so that one run of the check tells all of it. */
final class Problems {
  private final List<ConfigProblem> found = new ArrayList<>();

  void add(String path, int line, String message) {
    found.add(new ConfigProblem(path, line, message));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  void throwIfAny() {
    if (!found.isEmpty()) {
      throw exception();
    }
  }

  ConfigException exception() {
    // A stable sort: problems without a place (line 0) concern the whole and come first.
    return new ConfigException(
        found.stream().sorted(Comparator.comparingInt(ConfigProblem::line)).toList());
  }
}
