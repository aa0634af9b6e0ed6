package dev.holdfast.engine.dialect.seam;

/**
 * Finds where the new text of a continuation begins. Each way of going on has its own; all hold
 * text back until they know.
 */
sealed interface Join permits OpenJoin, EchoJoin, AnchorJoin, ReplayJoin {
  /**
   * Takes the next piece of text and appends what of all so far is new and certain.
   *
   * @return false if it can't be told what is new, now or ever; see {@link #doubt}
   */
  boolean offer(String text, StringBuilder fresh);

  /**
   * The continuation is over: appends what was held and is new after all.
   *
   * @param byItself whether the model ended as it wished; otherwise its words stop anywhere
   * @return false as {@link #offer} does
   */
  boolean end(boolean byItself, StringBuilder fresh);

  /** Why it could not be told, for the words of an error. */
  String doubt();

  /** Whether text was let through of which nothing is known. */
  default boolean accepted() {
    return false;
  }
}
