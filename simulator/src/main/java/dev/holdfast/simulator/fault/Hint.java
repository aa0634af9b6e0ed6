package dev.holdfast.simulator.fault;

import java.time.Duration;
import java.util.Locale;

/**
 * What an error says about when to come back.
 *
 * @param form how it is said
 * @param after the time from the answer on
 */
public record Hint(Form form, Duration after) {
  /** The forms that providers use. */
  public enum Form {
    /** {@code Retry-After} in seconds, with a fraction if the time has one. */
    RETRY_AFTER,
    /** {@code Retry-After} as an HTTP date, rounded up to the next whole second. */
    RETRY_AFTER_DATE,
    /** {@code retry-after-ms}. */
    RETRY_AFTER_MS,
    /** {@code x-ms-retry-after-ms}. */
    X_MS_RETRY_AFTER_MS,
    /** {@code x-ratelimit-reset-requests} as a Go duration ({@code 1.2s}, {@code 6m0s}). */
    RESET_REQUESTS,
    /** {@code x-ratelimit-reset-tokens} as a Go duration. */
    RESET_TOKENS,
    /** {@code x-ratelimit-reset} in whole seconds, rounded up. */
    RESET_SECONDS,
    /** {@code x-ratelimit-reset} as an RFC 3339 time. */
    RESET_RFC3339,
    /** {@code x-ratelimit-reset} as milliseconds since 1970. */
    RESET_EPOCH_MS,
    /** {@code google.rpc.RetryInfo} in the body's details. */
    RETRY_INFO,
    /** {@code error.retry_after} in the body, seconds with a fraction. */
    BODY_RETRY_AFTER,
    /** Words in the message: "Please try again in 1.5s." */
    MESSAGE;

    /** The form as a plan writes it. */
    public String text() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public Hint {
    if (after.isNegative()) {
      throw new IllegalArgumentException("expected a hint of 0 or more, got " + after);
    }
  }

  /** The hint as a plan writes it, such as {@code retry-after-ms=200ms}. */
  public String text() {
    return form.text() + "=" + Spans.print(after);
  }
}
