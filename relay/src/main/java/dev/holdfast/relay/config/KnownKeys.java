package dev.holdfast.relay.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every key of the file, in one table. The parser refuses what does not stand here and fails if it
 * leaves a key unread; the editor's schema and the operator's page are compared with it by tests.
 */
final class KnownKeys {
  /** The maps in which fixed keys stand, by the name that schema and page give them. */
  enum Group {
    ROOT,
    JOURNAL,
    UPSTREAM,
    ROUTE,
    TARGET,
    KEY,
    RETRY,
    CLOCKS,
    BREAKER,
    SESSIONS,
    ANCHOR,
    DRAIN
  }

  private static final Map<Group, List<String>> SERVED = new LinkedHashMap<>();
  private static final Map<Group, List<String>> NOT_BUILT = new LinkedHashMap<>();

  static {
    SERVED.put(
        Group.ROOT,
        List.of(
            "listen",
            "workers",
            "journal",
            "upstreams",
            "routes",
            "keys",
            "retry",
            "clocks",
            "breaker",
            "on-disconnect",
            "seams",
            "probe",
            "anchor",
            "insecure",
            "commit-after",
            "body-max",
            "request-within",
            "comments",
            "sessions",
            "drain"));
    NOT_BUILT.put(Group.ROOT, List.of("admin", "on-journal-failure", "recover", "cors"));
    SERVED.put(Group.JOURNAL, List.of("dir", "keep", "size-max", "sync"));
    SERVED.put(
        Group.UPSTREAM,
        List.of(
            "profile",
            "dialect",
            "url",
            "key",
            "continuation",
            "echo",
            "finish",
            "deterministic",
            "concurrency"));
    NOT_BUILT.put(Group.UPSTREAM, List.of("pass-through", "bucket"));
    SERVED.put(Group.ROUTE, List.of("targets", "clocks", "retry", "seams", "probe", "anchor"));
    SERVED.put(Group.TARGET, List.of("target", "when"));
    SERVED.put(Group.KEY, List.of("name", "sha256", "models"));
    NOT_BUILT.put(Group.KEY, List.of("credit"));
    SERVED.put(
        Group.RETRY,
        List.of(
            "preset",
            "attempts",
            "attempts-in-all",
            "base",
            "cap",
            "jitter",
            "wait-before-content",
            "wait-after-content",
            "wait-without-hint",
            "spread",
            "input-tokens-floor",
            "input-spend-factor"));
    SERVED.put(
        Group.CLOCKS,
        List.of(
            "connect",
            "first-progress",
            "first-progress-reasoning",
            "idle-progress",
            "idle-progress-quiet",
            "liveness",
            "recovery",
            "answer",
            "finish-grace",
            "queue"));
    SERVED.put(
        Group.BREAKER,
        List.of(
            "preset",
            "failures-in-row",
            "rate",
            "results-min",
            "window",
            "open",
            "open-max",
            "successes"));
    SERVED.put(Group.ANCHOR, List.of("preset", "role", "note", "second-note", "quotes"));
    SERVED.put(
        Group.SESSIONS,
        List.of(
            "stuck-after",
            "gone-after",
            "orphan-after",
            "orphans",
            "readers",
            "owner-readers",
            "pin",
            "bytes-max"));
    SERVED.put(Group.DRAIN, List.of("accept", "readers"));
  }

  private KnownKeys() {}

  /** The keys that do something. */
  static List<String> served(Group group) {
    return SERVED.getOrDefault(group, List.of());
  }

  /** The keys whose meaning is settled and which nothing serves yet; writing one is refused. */
  static List<String> notBuilt(Group group) {
    return NOT_BUILT.getOrDefault(group, List.of());
  }

  /** The word nearest to what was written, if it is near enough to be a slip. */
  static Optional<String> nearest(String written, List<String> words) {
    String best = "";
    int bestDistance = Math.max(2, written.length() / 3) + 1;
    for (String word : words) {
      int distance = distance(written, word);
      if (distance < bestDistance) {
        best = word;
        bestDistance = distance;
      }
    }
    return best.isEmpty() ? Optional.empty() : Optional.of(best);
  }

  /** Levenshtein's distance, in one row. */
  private static int distance(String a, String b) {
    if (a.length() > 100) {
      return Integer.MAX_VALUE;
    }
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replace = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replace, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
