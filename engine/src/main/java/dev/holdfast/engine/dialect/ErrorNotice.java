package dev.holdfast.engine.dialect;

import dev.holdfast.engine.failure.Failure;
import java.util.List;

/**
 * What a caller is told of a failure.
 *
 * @param failure what went wrong
 * @param retryable whether asking again later may help
 * @param strategies what was tried, such as {@code retry} and {@code prefill}
 * @param session the session's id; empty if there is none
 */
public record ErrorNotice(
    Failure failure, boolean retryable, List<String> strategies, String session) {
  public ErrorNotice {
    strategies = List.copyOf(strategies);
  }
}
