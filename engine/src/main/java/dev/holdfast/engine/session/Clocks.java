package dev.holdfast.engine.session;

import java.time.Duration;

/**
 * How long a session waits for what. All but {@code liveness} measure generated content, not bytes,
 * so keep-alives don't hold a dead stream up; all stand still while we do not read.
 *
 * @param connect until the connection stands; default 5 s
 * @param firstProgress from the request to the first generated delta, the head included; default 60
 *     s
 * @param firstProgressReasoning the same when the request or the model says reasoning; default 300
 *     s
 * @param idleProgress between two generated deltas; default 60 s
 * @param idleProgressQuiet the same while a tool call is open or thinking may be hidden; default
 *     300 s
 * @param liveness without any byte, only after the first and only at targets known to send
 *     keep-alives; default 60 s
 * @param recovery no new attempt starts later than this after the last progress; default 10 min
 * @param answer for the whole answer; default 60 min
 * @param finishGrace for usage and terminator once every choice has finished; default 2 s
 * @param commitAfter until the head goes out though nothing was generated yet; default 10 s
 * @param queue from arrival until the first attempt may begin; default 120 s
 */
public record Clocks(
    Duration connect,
    Duration firstProgress,
    Duration firstProgressReasoning,
    Duration idleProgress,
    Duration idleProgressQuiet,
    Duration liveness,
    Duration recovery,
    Duration answer,
    Duration finishGrace,
    Duration commitAfter,
    Duration queue) {

  /** The values of the parameters' documentation. */
  public static final Clocks DEFAULTS =
      new Clocks(
          Duration.ofSeconds(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(300),
          Duration.ofSeconds(60),
          Duration.ofSeconds(300),
          Duration.ofSeconds(60),
          Duration.ofMinutes(10),
          Duration.ofMinutes(60),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          Duration.ofSeconds(120));

  /** A deadline that fires later than this after its time is void: we were stopped, not they. */
  public static final Duration LATE = Duration.ofSeconds(1);

  /** A tool call is held no longer, finished or not: agents take a long silence for a death. */
  public static final Duration TOOL_HOLD = Duration.ofSeconds(20);

  /** The same clocks with every wait for the upstream's words set to one value. */
  public Clocks withProgress(Duration all) {
    return new Clocks(
        connect, all, all, all, all, all, recovery, answer, finishGrace, commitAfter, queue);
  }

  /** The same clocks with another bound on the whole answer. */
  public Clocks withAnswer(Duration newAnswer) {
    return new Clocks(
        connect,
        firstProgress,
        firstProgressReasoning,
        idleProgress,
        idleProgressQuiet,
        liveness,
        recovery,
        newAnswer,
        finishGrace,
        commitAfter,
        queue);
  }

  /** The same clocks with another wait before the head goes out unasked. */
  public Clocks withCommitAfter(Duration newCommitAfter) {
    return new Clocks(
        connect,
        firstProgress,
        firstProgressReasoning,
        idleProgress,
        idleProgressQuiet,
        liveness,
        recovery,
        answer,
        finishGrace,
        newCommitAfter,
        queue);
  }
}
