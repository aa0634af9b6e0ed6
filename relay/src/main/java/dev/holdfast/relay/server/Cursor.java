package dev.holdfast.relay.server;

import dev.holdfast.journal.History;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The last event that a reader says it has. */
sealed interface Cursor {
  /** None: it begins at the first. */
  record Start() implements Cursor {}

  /** A number alone, of whatever history. */
  record Number(long last) implements Cursor {}

  /** An event's id. */
  record Named(String history, long last) implements Cursor {}

  /** Where reading goes on in a session. */
  sealed interface Place {
    /** After this event. */
    record After(long last) implements Place {}

    /** Nowhere: the cursor names nothing that stands there; up to this event all is as it was. */
    record Void(long restartFrom) implements Place {}
  }

  /** An id as events carry it. */
  Pattern ID = Pattern.compile("([0-9a-z]{8,32})-([0-9]{1,18})");

  Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  /**
   * Reads what a request says; empty if it is malformed. The header wins, as a browser sends it
   * again to the address it began with.
   *
   * @param lastEventId the header's value; null or empty for none
   * @param after the query's; null for none
   */
  static Optional<Cursor> of(@Nullable String lastEventId, @Nullable String after) {
    if (lastEventId != null && !lastEventId.isEmpty()) {
      var id = ID.matcher(lastEventId);
      return id.matches()
          ? Optional.of(new Named(id.group(1), Long.parseLong(id.group(2))))
          : Optional.empty();
    }
    if (after == null) {
      return Optional.of(new Start());
    }
    return NUMBER.matcher(after).matches()
        ? Optional.of(new Number(Long.parseLong(after)))
        : Optional.empty();
  }

  /**
   * Where this is in a session with these histories. A history is good up to where the next one
   * begins: what came after was lost, and other events may have its numbers.
   */
  default Place in(List<History> histories) {
    return switch (this) {
      case Start c -> new Place.After(0);
      case Number c -> new Place.After(c.last());
      case Named c -> {
        for (int i = 0; i < histories.size(); i++) {
          if (histories.get(i).name().equals(c.history())) {
            long end = i + 1 < histories.size() ? histories.get(i + 1).after() : Long.MAX_VALUE;
            yield c.last() <= end ? new Place.After(c.last()) : new Place.Void(end);
          }
        }
        yield new Place.Void(0);
      }
    };
  }
}
