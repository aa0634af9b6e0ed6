package dev.holdfast.relay.config;

import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What a model name leads to. */
public sealed interface Resolution {

  /**
   * A route was found.
   *
   * @param route what it is called in states and metrics: the configured name or pattern, or {@code
   *     provider/*} where no route is written
   * @param targets in the order in which they are tried; at least one may start
   */
  record Found(String route, List<Target> targets, Route.Policy policy) implements Resolution {
    public Found {
      targets = List.copyOf(targets);
    }
  }

  /**
   * None was found: a 404.
   *
   * @param why what was asked for and what to do, without any name of a route
   * @param candidates names that would lead somewhere; some may be no business of the caller's
   */
  record NotFound(String why, List<String> candidates) implements Resolution {
    private static final int SHOWN_MAX = 20;

    public NotFound {
      candidates = List.copyOf(candidates);
    }

    /** The same with the names that the caller may ask for. */
    public NotFound visibleTo(Predicate<String> allowed) {
      return new NotFound(why, candidates.stream().filter(allowed).toList());
    }

    /** For the body of the 404. */
    public String message() {
      if (candidates.isEmpty()) {
        return why;
      }
      String more = candidates.size() > SHOWN_MAX ? ", …" : "";
      return why
          + candidates.stream()
              .limit(SHOWN_MAX)
              .collect(Collectors.joining(", ", "; known: ", more));
    }
  }

  /**
   * A model name at an upstream.
   *
   * @param upstream its configured name
   * @param model the name there
   * @param mayStart whether it may be tried while nothing is committed
   * @param mayBreak whether it may continue committed text
   */
  record Target(String upstream, String model, boolean mayStart, boolean mayBreak) {
    /** {@code upstream/model}, as guards, states and metrics call it. */
    public String name() {
      return upstream + "/" + model;
    }
  }
}
