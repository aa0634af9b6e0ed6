package dev.holdfast.relay.server;

import dev.holdfast.engine.session.Outcome;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the relay says of itself: a session's id on every line, never its content. */
final class RelayLog {
  private static final Logger LOG = LoggerFactory.getLogger("holdfast");

  void finished(SessionReport report) {
    var line =
        LOG.atInfo()
            .addKeyValue("session", report.session())
            .addKeyValue("owner", report.owner())
            .addKeyValue("route", report.route())
            .addKeyValue("attempts", report.attempts().size())
            .addKeyValue("seams", report.seams().size())
            .addKeyValue("events", report.events())
            .addKeyValue("millis", report.nanos() / 1_000_000);
    if (!report.label().isEmpty()) {
      line = line.addKeyValue("label", report.label());
    }
    switch (report.outcome()) {
      case Outcome.Complete c -> line.log("complete");
      case Outcome.Failed f -> line.addKeyValue("why", f.failure().why()).log("failed");
    }
  }

  void storeNoteFailed(String session, String reason) {
    LOG.atWarn().addKeyValue("session", session).addKeyValue("reason", reason).log("note lost");
  }

  void note(String text) {
    LOG.info(text);
  }

  void unexpected(String session, Throwable cause) {
    LOG.atError()
        .addKeyValue("session", session)
        .addKeyValue("type", cause.getClass().getName())
        .setCause(cause)
        .log("unexpected");
  }
}
