package dev.holdfast.simulator;

import dev.holdfast.simulator.fault.FaultPlan;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One chat completion that reached an upstream of a {@link SimulatorServer}, as it stands now.
 *
 * @param attempt counted from 1 over the upstream, or over the key of a header's plan
 * @param fault what the plan had for it
 * @param path as it was asked for, the upstream's name included
 * @param headers names in lower case
 * @param body as it came
 * @param begunNanos when the request had been read, by {@link System#nanoTime}
 * @param outcome how it ended, if it did
 * @param endedNanos when it ended; null while it runs
 * @param bytesSent bytes of the response's body so far
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record Call(
    int attempt,
    FaultPlan.Entry fault,
    String path,
    Map<String, String> headers,
    byte[] body,
    long begunNanos,
    Outcome outcome,
    @Nullable Long endedNanos,
    long bytesSent) {
  /** How a call ended, as the upstream sees it. */
  public enum Outcome {
    /** It runs, or hangs. */
    RUNNING,
    /** The body was ended cleanly. */
    ENDED,
    /** The upstream broke the connection. */
    BROKEN,
    /**
     * The caller closed the connection first; {@link Call#endedNanos()} is when that was noticed.
     */
    PEER_CLOSED,
    /** The server was closed. */
    SERVER_CLOSED
  }

  /** The body as text. */
  public String bodyText() {
    return new String(body, StandardCharsets.UTF_8);
  }
}
