package dev.holdfast.cli.demo;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import sun.misc.Signal;

/**
 * The terminal at the standard output and the standard error. The JDK tells neither whether there
 * is one, if the input is something else, nor its size; {@code test} and {@code stty} do, wherever
 * terminals are obeyed.
 */
public final class Terminal {
  /** The descriptor of the standard output. */
  public static final int OUTPUT = 1;

  /** The descriptor of the standard error. */
  public static final int ERROR = 2;

  /**
   * How much a terminal shows.
   *
   * @param rows lines
   * @param columns of a narrow character each
   */
  record Size(int rows, int columns) {
    /** What terminals had when they were machines. */
    static final Size USUAL = new Size(24, 80);

    /** Reads what {@code stty size} prints. */
    static @Nullable Size parse(String rowsAndColumns) {
      String[] parts = rowsAndColumns.strip().split(" ");
      boolean two = parts.length == 2 && isCount(parts[0]) && isCount(parts[1]);
      return two ? new Size(Integer.parseInt(parts[0]), Integer.parseInt(parts[1])) : null;
    }

    private static boolean isCount(String text) {
      return text.matches("[1-9][0-9]{0,3}");
    }
  }

  private static final long ANSWER_SECONDS_MAX = 2;

  private Terminal() {}

  /**
   * Whether somebody watches, at something that obeys escape codes.
   *
   * @param isTerminal says it of a descriptor: {@link #isTerminal}, or what a test puts there
   * @param descriptors that must all be at a terminal
   */
  public static boolean isLive(
      Map<String, String> environment, IntPredicate isTerminal, int... descriptors) {
    String kind = environment.getOrDefault("TERM", "dumb");
    return !kind.equals("dumb")
        && !kind.isEmpty()
        && IntStream.of(descriptors).allMatch(isTerminal);
  }

  /** Colours, unless they are not wanted (no-color.org). */
  static Paint paint(Map<String, String> environment) {
    return environment.getOrDefault("NO_COLOR", "").isEmpty() ? Paint.COLOUR : Paint.GREY;
  }

  /** {@code LINES} and {@code COLUMNS} if both are there, else what the terminal says. */
  static Size size(Map<String, String> environment) {
    Size told =
        Size.parse(
            environment.getOrDefault("LINES", "") + " " + environment.getOrDefault("COLUMNS", ""));
    if (told != null) {
      return told;
    }
    Size asked = askSize();
    return asked == null ? Size.USUAL : asked;
  }

  /** Calls back whenever the window has another size, where the system tells. */
  static void onResize(Runnable resized) {
    try {
      Signal.handle(new Signal("WINCH"), signal -> resized.run());
    } catch (IllegalArgumentException e) {
      // No such signal here: the window keeps the size that it had at the start.
      return;
    }
  }

  /** Whether this descriptor of this process is at a terminal. */
  public static boolean isTerminal(int descriptor) {
    try {
      Process test =
          new ProcessBuilder("test", "-t", Integer.toString(descriptor))
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      return test.waitFor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS) && test.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static @Nullable Size askSize() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (InputStream said = stty.getInputStream()) {
        return Size.parse(new String(said.readAllBytes(), StandardCharsets.US_ASCII));
      }
    } catch (IOException e) {
      return null;
    }
  }
}
