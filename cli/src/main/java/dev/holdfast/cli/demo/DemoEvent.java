package dev.holdfast.cli.demo;

import dev.holdfast.engine.session.AttemptRecord;
import dev.holdfast.relay.server.SessionReport;

/** Something that was seen while a demo ran, at the relay or at a reader. */
sealed interface DemoEvent {
  /** The number of the answer. */
  int answer();

  /** When it was seen, on the clock of {@link System#nanoTime}. */
  long atNanos();

  /** The relay calls the provider. */
  record Called(int answer, long atNanos, int attempt) implements DemoEvent {}

  /** The relay found an attempt broken. */
  record Broke(int answer, long atNanos, AttemptRecord attempt) implements DemoEvent {}

  /** The reader got a piece of text, or of a tool call. */
  record Heard(int answer, long atNanos, long event, String text) implements DemoEvent {}

  /** The reader's own connection broke behind this event. */
  record ReaderLost(int answer, long atNanos, long event) implements DemoEvent {}

  /** It came back and asked for the rest. */
  record ReaderBack(int answer, long atNanos) implements DemoEvent {}

  /** The relay says what became of the session. */
  record Reported(int answer, long atNanos, SessionReport report) implements DemoEvent {}

  /** The reader came to the end. */
  record Closed(int answer, long atNanos, Reading reading) implements DemoEvent {}
}
