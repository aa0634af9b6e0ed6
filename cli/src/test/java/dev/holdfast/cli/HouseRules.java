package dev.holdfast.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What no Java file of this repository may hold. A rule looks at the text and not at its meaning:
 * it is cheap and blunt, so a pattern names only what has no good use in the place it governs.
 *
 * <p>The examples and patterns are written so that this file keeps its own rules.
 */
enum HouseRules {
  NO_SLEEP(
      "a test waits for a condition or drives virtual time; it never sleeps",
      Place.TEST,
      "\\b(?:Thread|TimeUnit\\.\\w+|(?:NANO|MICRO|MILLI)?SECONDS|MINUTES|HOURS|DAYS)\\s*\\."
          + "\\s*sleep\\s*\\(",
      "Thread" + ".sleep(5);"),
  NO_DISABLED_TEST(
      "a test that is switched off is deleted or mended",
      Place.TEST,
      "@(?:Disabled|Ignore)\\w*\\b",
      "@" + "Disabled void late() {}"),
  NO_FIXED_PORT(
      "a test listens on port 0 and asks which port it got",
      Place.TEST,
      "(?:\\blisten|\\bbind|\\bport|\\bsetPort|\\bServerSocket|\\bInetSocketAddress)"
          + "\\s*\\((?:[^()\\n]*,)?\\s*[1-9][\\d_]*\\b",
      "server.listen" + "(8080);"),
  NO_LEFTOVER_NOTE(
      "an open question is an issue, not a comment",
      Place.MAIN,
      "\\b(?:TO" + "DO|FIX" + "ME|X" + "XX)\\b",
      "// TO" + "DO later"),
  NO_EMPTY_CATCH(
      "a failure is handled, passed on or, with a comment that says why, let go",
      Place.MAIN,
      "\\bcatch\\s*\\([^)]*\\)\\s*\\{\\s*}",
      "try { a(); } catch (IOException e) {\n}"),
  NO_CLOCK_THREAD_OR_LOT_IN_ENGINE(
      "time, threads and randomness are arguments of the engine",
      Place.ENGINE,
      "System\\s*\\.\\s*nanoTime|currentTimeMillis|\\bInstant\\s*\\.\\s*now"
          + "|\\bnew\\s+Random\\s*\\(\\s*\\)"
          + "|ThreadLocalRandom|Math\\s*\\.\\s*random|\\bnew\\s+Thread\\b|\\bExecutors\\s*\\.",
      "long now = System.nanoTime();"),
  NO_IO_IN_ENGINE(
      "the engine opens nothing",
      Place.ENGINE,
      "\\bjava\\.net\\b|\\bjava\\.nio\\.channels\\b",
      "import java.net.Socket;"),
  NO_TAB("white space is spaces", Place.ANY, "\t", "\tint a;"),
  NO_LONG_LINE(
      "a line has at most 100 columns, but for imports, links and texts",
      Place.ANY,
      "(?m)^(?!import |.*https?://|.*\"|.* \\| ).{101,}$",
      "x".repeat(101)),
  NO_LONG_FILE(
      "a file of more than 600 lines says in its header why it is long",
      Place.ANY,
      "(?s)\\A(?!.{0,6000}One file because)(?:[^\\n]*+\\n){600}.",
      "x\n".repeat(601));

  private final String sentence;
  private final Place place;
  private final Pattern pattern;
  private final String example;

  HouseRules(String sentence, Place place, String pattern, String example) {
    this.sentence = sentence;
    this.place = place;
    this.pattern = Pattern.compile(pattern);
    this.example = example;
  }

  /** What a reader of a failure should know. */
  String sentence() {
    return sentence;
  }

  /** A text that breaks this rule and may break others. */
  String example() {
    return example;
  }

  /** Whether this rule looks at {@code path}, which is relative to the repository. */
  boolean governs(Path path) {
    return place.holds(path.toString().replace('\\', '/'));
  }

  /** One line a breach: where it is and what stands there. */
  List<String> breaches(Path path, String text) {
    List<String> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      long line = 1 + text.chars().limit(matcher.start()).filter(c -> c == '\n').count();
      String match = matcher.group().strip();
      String shown = match.length() > 80 ? match.substring(0, 80) + "…" : match;
      found.add(path + ":" + line + ": " + shown);
    }
    return found;
  }

  /** A part of the repository. */
  private enum Place {
    ANY(".*"),
    MAIN("[^/]+/src/main/.*"),
    TEST("[^/]+/src/test/.*"),
    ENGINE("engine/src/main/.*");

    private final Pattern paths;

    Place(String paths) {
      this.paths = Pattern.compile(paths);
    }

    boolean holds(String path) {
      return paths.matcher(path).matches();
    }
  }
}
