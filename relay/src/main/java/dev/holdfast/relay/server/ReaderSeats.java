package dev.holdfast.relay.server;

import java.util.concurrent.ConcurrentHashMap;

/** Counts who reads, by owner, under a cap. Safe for many threads. */
final class ReaderSeats {
  private final int eachOwnerMax;
  private final ConcurrentHashMap<String, Integer> taken = new ConcurrentHashMap<>();

  ReaderSeats(int eachOwnerMax) {
    this.eachOwnerMax = eachOwnerMax;
  }

  /** Takes a seat; false if all of this owner's are taken. */
  boolean take(String owner) {
    int now = taken.merge(owner, 1, Integer::sum);
    if (now > eachOwnerMax) {
      release(owner);
      return false;
    }
    return true;
  }

  void release(String owner) {
    taken.computeIfPresent(owner, (name, count) -> count == 1 ? null : count - 1);
  }
}
