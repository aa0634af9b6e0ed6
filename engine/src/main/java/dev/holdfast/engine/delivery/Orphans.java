package dev.holdfast.engine.delivery;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The sessions that nobody reads and that go on all the same, by owner. Told by {@link
 * DeliveryCommand.NoteOrphan} and {@link DeliveryCommand.ForgetOrphan}; says which one must end
 * when an owner has too many. Shared by all sessions of a process and safe for many threads.
 */
public final class Orphans {
  private final int eachOwnerMax;
  private final Map<String, Set<String>> byOwner = new HashMap<>();

  /**
   * @param eachOwnerMax how many one owner may have
   */
  public Orphans(int eachOwnerMax) {
    this.eachOwnerMax = eachOwnerMax;
  }

  /**
   * Notes a session, as the newest.
   *
   * @return the owner's oldest one if there is one too many; it is noted no more, and is to be
   *     cancelled
   */
  public synchronized Optional<String> note(String owner, String session) {
    var mine = byOwner.computeIfAbsent(owner, name -> new LinkedHashSet<>());
    mine.add(session);
    if (mine.size() <= eachOwnerMax) {
      return Optional.empty();
    }
    var oldest = mine.iterator().next();
    forget(owner, oldest);
    return Optional.of(oldest);
  }

  /** Forgets a session that is read again, or is over; may be told of one that is not noted. */
  public synchronized void forget(String owner, String session) {
    var mine = byOwner.get(owner);
    if (mine != null && mine.remove(session) && mine.isEmpty()) {
      byOwner.remove(owner);
    }
  }

  /** How many the owner has. */
  public synchronized int count(String owner) {
    var mine = byOwner.get(owner);
    return mine == null ? 0 : mine.size();
  }
}
