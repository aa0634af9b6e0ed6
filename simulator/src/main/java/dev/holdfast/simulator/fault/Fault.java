package dev.holdfast.simulator.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * What a simulated provider does in one attempt.
 *
 * <p>Values only: what bytes and breaks a fault comes to is decided by {@code
 * dev.holdfast.simulator.provider}, and its text form is read by {@link FaultPlan}.
 */
public sealed interface Fault {
  /** The fault as a plan writes it, with its position and options. */
  String text();

  /** No fault: the answer, whole. */
  record Healthy() implements Fault {
    @Override
    public String text() {
      return "ok";
    }
  }

  /** The connection is taken and reset at once; alone in a plan, nobody listens at the address. */
  record Refused() implements Fault {
    @Override
    public String text() {
      return "refuse";
    }
  }

  /** The host name does not resolve. A matter of the address, so it stands alone in a plan. */
  record NoSuchHost() implements Fault {
    @Override
    public String text() {
      return "no-such-host";
    }
  }

  /** The TLS handshake is answered with garbage. A matter of the address: alone in a plan. */
  record TlsFailure() implements Fault {
    @Override
    public String text() {
      return "tls-garbage";
    }
  }

  /** RST. Bytes that the peer has not read may be lost with it. */
  record Reset(Position at, Duration after) implements Fault {
    @Override
    public String text() {
      return broken("reset", at, after);
    }
  }

  /** FIN without the last chunk: an HTTP client can tell that something is missing. */
  record Cut(Position at, Duration after) implements Fault {
    @Override
    public String text() {
      return broken("cut", at, after);
    }
  }

  /** A clean end of the body, as if the answer were whole. */
  record CleanEnd(Position at, Duration after) implements Fault {
    @Override
    public String text() {
      return broken("end", at, after);
    }
  }

  /**
   * Nothing more, and the connection stays open.
   *
   * @param keepAlive time between comments that keep the line alive; null for none
   */
  record Stall(Position at, @Nullable Duration keepAlive) implements Fault {
    public Stall {
      positive(keepAlive);
    }

    @Override
    public String text() {
      return placed("stall", at) + options(span("keep-alive", keepAlive));
    }
  }

  /**
   * A silence, after which the answer goes on: healthy if it is shorter than the caller's patience.
   *
   * @param keepAlive time between comments that keep the line alive; null for none
   */
  record Pause(Position at, Duration lasting, @Nullable Duration keepAlive) implements Fault {
    public Pause {
      positive(lasting);
      positive(keepAlive);
    }

    @Override
    public String text() {
      return placed("pause", at) + options(span("for", lasting), span("keep-alive", keepAlive));
    }
  }

  /** A slow and healthy answer: one token each {@code every}. */
  record Trickle(Duration every) implements Fault {
    public Trickle {
      positive(every);
    }

    @Override
    public String text() {
      return "trickle" + options(span("every", every));
    }
  }

  /**
   * A status other than 200.
   *
   * @param code {@code error.code}, which chooses type and message too; null for the status's usual
   * @param param {@code error.param}; null for none
   * @param shape how the body is written
   * @param hints what is said about when to come back
   */
  record Status(
      int status, @Nullable String code, @Nullable String param, BodyShape shape, List<Hint> hints)
      implements Fault {
    public Status {
      if (status < 300 || status > 599) {
        throw new IllegalArgumentException("expected a status from 300 to 599, got " + status);
      }
      hints = List.copyOf(hints);
    }

    @Override
    public String text() {
      var written = new ArrayList<String>();
      if (code != null) {
        written.add("code=" + code);
      }
      if (param != null) {
        written.add("param=" + param);
      }
      if (shape != BodyShape.OPENAI) {
        written.add("shape=" + shape.text());
      }
      for (Hint hint : hints) {
        written.add(hint.text());
      }
      return status + options(written.toArray(String[]::new));
    }
  }

  /**
   * An error inside a 200 stream, which then ends.
   *
   * @param code the provider's code; null for the shape's usual
   * @param done whether {@code [DONE]} follows, as vLLM, SGLang and OpenRouter do
   */
  record InBand(Position at, ErrorShape shape, @Nullable String code, boolean done)
      implements Fault {
    @Override
    public String text() {
      return placed("error", at)
          + options(
              "shape=" + shape.text(), code == null ? "" : "code=" + code, done ? "done" : "");
    }
  }

  /** One whole event whose data is broken JSON; the answer goes on behind it. */
  record Malformed(Position at) implements Fault {
    @Override
    public String text() {
      return placed("malformed", at);
    }
  }

  /**
   * One event of that size that never ends before it.
   *
   * @param mebibytes its size; the default of a plan, 17, is over the largest body we accept
   */
  record HugeEvent(Position at, int mebibytes) implements Fault {
    public HugeEvent {
      if (mebibytes < 1 || mebibytes > 1024) {
        throw new IllegalArgumentException("expected mib from 1 to 1024, got " + mebibytes);
      }
    }

    @Override
    public String text() {
      return placed("huge", at) + options("mib=" + mebibytes);
    }
  }

  /** The answer stops there with a finish reason of one's choice, then {@code [DONE]}. */
  record Finish(Position at, String reason) implements Fault {
    @Override
    public String text() {
      return placed("finish", at) + options("reason=" + reason);
    }
  }

  /** The answer stops there with {@code [DONE]} and no finish reason. */
  record NoFinish(Position at) implements Fault {
    @Override
    public String text() {
      return placed("no-finish", at);
    }
  }

  /** A 200 that is not the event stream that was asked for. */
  record Impostor(Kind kind) implements Fault {
    /** What comes instead. */
    public enum Kind {
      /** An HTML page. */
      HTML,
      /** An error object as {@code application/json}. */
      JSON_ERROR,
      /** The stream, but called {@code application/octet-stream}. */
      WRONG_TYPE,
      /** The stream in gzip, though identity was asked for. */
      GZIP,
      /** An empty body that ends cleanly. */
      NOTHING;

      /** The kind as a plan writes it. */
      public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
      }
    }

    @Override
    public String text() {
      return kind.text();
    }
  }

  private static String placed(String word, Position at) {
    return word + "@" + at.text();
  }

  private static String broken(String word, Position at, Duration after) {
    return placed(word, at) + options(span("after", after.isZero() ? null : after));
  }

  private static String span(String key, @Nullable Duration value) {
    return value == null ? "" : key + "=" + Spans.print(value);
  }

  private static String options(String... written) {
    var joined = new StringJoiner(",", "(", ")").setEmptyValue("");
    for (String option : written) {
      if (!option.isEmpty()) {
        joined.add(option);
      }
    }
    return joined.toString();
  }

  private static void positive(@Nullable Duration span) {
    if (span != null && (span.isNegative() || span.isZero())) {
      throw new IllegalArgumentException("expected a time above zero, got " + span);
    }
  }
}
