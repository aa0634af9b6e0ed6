package dev.holdfast.journal;

/**
 * Hears how an operation of a {@link SessionStore} ended: exactly one call, once. It comes before
 * the operation's method returns, or later on the home thread of the caller; never under a lock.
 */
public interface Reply<T> {
  void ok(T value);

  void failed(StoreFailure failure);
}
