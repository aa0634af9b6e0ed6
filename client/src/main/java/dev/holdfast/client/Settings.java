package dev.holdfast.client;

import dev.holdfast.engine.dialect.DialectRequest;
import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.dialect.seam.AnchorTemplate;
import dev.holdfast.engine.guard.GuardSettings;
import dev.holdfast.engine.retry.RetryPolicy;
import dev.holdfast.engine.session.Clocks;
import dev.holdfast.engine.session.SessionPlan;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a client was built with, checked.
 *
 * @param upstreams in the order in which they are asked; at least one
 * @param retry counts and waits of each call
 * @param clocks how long a call waits for what
 * @param guards of each upstream, shared by the calls
 * @param lenient whether a seam that can't be proven is accepted
 * @param probes whether a target may be asked a known answer when a break needs it
 * @param anchor the words by which a model is asked to repeat the end of its text
 * @param keepsEvents whether an answer holds its events
 * @param callbacks what the caller wants to hear
 */
record Settings(
    List<Place> upstreams,
    RetryPolicy retry,
    Clocks clocks,
    GuardSettings guards,
    boolean lenient,
    boolean probes,
    AnchorTemplate anchor,
    boolean keepsEvents,
    Callbacks callbacks) {

  /**
   * An upstream to ask.
   *
   * @param model the name of the model there; null for the one that the request names
   */
  record Place(Upstream upstream, @Nullable String model) {}

  /** What a reader may leave lying before the upstream is read no further. */
  private static final long UNREAD_BYTES_MAX = 16 << 10;

  Settings {
    upstreams = List.copyOf(upstreams);
  }

  SessionPlan plan(ChatRequest asked) {
    var targets = new ArrayList<Target>();
    for (var place : upstreams) {
      var model = place.model() == null ? asked.model() : place.model();
      targets.add(
          new Target(
              place.upstream().name(),
              model,
              place.upstream().profile(),
              true,
              targets.isEmpty() || model.equals(targets.getFirst().model())));
    }
    boolean counts = upstreams.stream().allMatch(p -> p.upstream().profile().includeUsage());
    DialectRequest request = asked.read(counts);
    // No head waits to be committed here, so the preamble stays back until there is content.
    return SessionPlan.of(request, targets, retry, clocks.withCommitAfter(clocks.answer()))
        .withSeams(lenient, probes)
        .withAnchor(anchor)
        .withUnacknowledgedBytesMax(UNREAD_BYTES_MAX);
  }

  Upstream upstream(String name) {
    return upstreams.stream()
        .map(Place::upstream)
        .filter(upstream -> upstream.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
