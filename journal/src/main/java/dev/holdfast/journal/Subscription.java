package dev.holdfast.journal;

/** A follower's place; closing it ends the hints, but for one already under way. */
@FunctionalInterface
public interface Subscription extends AutoCloseable {
  /** May be called again; does nothing then. */
  @Override
  void close();
}
