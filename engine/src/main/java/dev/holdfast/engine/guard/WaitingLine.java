package dev.holdfast.engine.guard;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Who waits, owner by owner in turn and first in first out within one, so that an owner with a
 * thousand requests delays another's single one by one place, not by a thousand.
 *
 * <p>Adding, removing from the middle and taking the next cost the same however long it is. Not
 * safe for threads.
 *
 * @param <W> what waits; compared by identity or its own {@code equals}
 */
final class WaitingLine<W> {
  /** The owners in the order of their turns; one whose turn was taken goes to the end. */
  private final Map<String, LinkedHashSet<W>> turns = new LinkedHashMap<>();

  private int size;

  /** Adds at the end of the owner's part and returns the place in the whole, 1 for the next. */
  int add(String owner, W waiter) {
    var own = turns.computeIfAbsent(owner, o -> new LinkedHashSet<>());
    if (!own.add(waiter)) {
      throw new IllegalStateException("expected a newcomer, it waits already");
    }
    size++;
    return place(own, own.size() - 1);
  }

  boolean remove(String owner, W waiter) {
    var own = turns.get(owner);
    if (own == null || !own.remove(waiter)) {
      return false;
    }
    if (own.isEmpty()) {
      turns.remove(owner);
    }
    size--;
    return true;
  }

  Optional<W> peek() {
    return turns.isEmpty()
        ? Optional.empty()
        : Optional.of(turns.values().iterator().next().getFirst());
  }

  /** Takes the next; the owner's turn is over. */
  Optional<W> poll() {
    var next = turns.entrySet().iterator();
    if (!next.hasNext()) {
      return Optional.empty();
    }
    var turn = next.next();
    next.remove();
    var own = turn.getValue();
    var waiter = own.removeFirst();
    if (!own.isEmpty()) {
      turns.put(turn.getKey(), own);
    }
    size--;
    return Optional.of(waiter);
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** All of them in the order in which they would be taken. */
  List<W> inOrder() {
    var all = new ArrayList<W>(size);
    List<Iterator<W>> round = new ArrayList<>();
    turns.values().forEach(own -> round.add(own.iterator()));
    while (!round.isEmpty()) {
      round.removeIf(own -> {
        all.add(own.next());
        return !own.hasNext();
      });
    }
    return all;
  }

  /** The place of an owner's item: as many full rounds as stand before it, and its own turn. */
  private int place(LinkedHashSet<W> own, int before) {
    var place = 1;
    var round = before + 1;
    for (var other : turns.values()) {
      if (other == own) {
        place += before;
        round = before;
      } else {
        place += Math.min(other.size(), round);
      }
    }
    return place;
  }
}
