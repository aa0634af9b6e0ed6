package dev.holdfast.engine.session;

import dev.holdfast.engine.dialect.Target;
import dev.holdfast.engine.failure.Failure;
import java.util.Locale;

/**
 * What a session does after a break.
 *
 * @param target where it asks next
 * @param purpose {@code begin}, {@code continue} or {@code probe}
 * @param failure why it has to
 * @param waitNanos how long it waits before it asks
 */
public record NextAttempt(Target target, String purpose, Failure failure, long waitNanos) {
  static NextAttempt of(NextStep.Try next, Failure failure, long nowNanos) {
    return new NextAttempt(
        next.target(),
        next.purpose().name().toLowerCase(Locale.ROOT),
        failure,
        Math.max(0, next.atNanos() - nowNanos));
  }
}
