package dev.holdfast.simulator.provider;

import java.util.Locale;

/**
 * How a provider's model treats a note behind a partial answer that quotes the answer's end and
 * asks for it to be repeated and continued.
 */
public enum NoteManner {
  /** Repeats the quotation and goes on. */
  OBEYED,
  /** Announces what it will do, then obeys. */
  PREAMBLE,
  /** Puts the repetition in quotation marks of some kind, then goes on. */
  QUOTED,
  /** Opens a quotation mark before the repetition and closes it at the end of the answer. */
  QUOTED_TO_END,
  /** Puts the repetition in a fence, then goes on. */
  FENCED,
  /** Opens a fence before the repetition and closes it at the end of the answer. */
  FENCED_TO_END,
  /** Changes the white space inside the repetition. */
  SPACE_INSIDE,
  /** Adds, drops or changes white space where the repetition ends. */
  SPACE_AT_JOIN,
  /** Says the quotation in other words, then goes on. */
  PARAPHRASED,
  /** Goes straight on. */
  IGNORED,
  /** Begins the answer from the start. */
  RESTARTED,
  /** In the provider's even attempts as {@link #PARAPHRASED}, in odd ones as {@link #OBEYED}. */
  PARAPHRASED_AT_FIRST,
  /** In the provider's even attempts as {@link #IGNORED}, in odd ones as {@link #OBEYED}. */
  IGNORED_AT_FIRST;

  /** The manner in words, as tables write it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /**
   * What it comes to in one attempt. After a first attempt that broke the second is the first try
   * at going on, so the manners that obey later look at the number alone.
   */
  NoteManner in(int attempt) {
    boolean even = attempt % 2 == 0;
    return switch (this) {
      case PARAPHRASED_AT_FIRST -> even ? PARAPHRASED : OBEYED;
      case IGNORED_AT_FIRST -> even ? IGNORED : OBEYED;
      default -> this;
    };
  }
}
