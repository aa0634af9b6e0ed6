package dev.holdfast.relay.server;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.LoggerFactory;

/** Every line that is logged while it is open, as text. */
final class LogCapture implements AutoCloseable {
  private record Line(Level level, String text) {}

  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final List<Line> lines = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          var thrown = event.getThrowableProxy();
          lines.add(
              new Line(
                  event.getLevel(),
                  event.getLoggerName()
                      + " "
                      + event.getFormattedMessage()
                      + " "
                      + event.getKeyValuePairs()
                      + (thrown == null ? "" : ThrowableProxyUtil.asString(thrown))));
        }
      };

  LogCapture() {
    appender.setContext(root.getLoggerContext());
    appender.start();
    root.addAppender(appender);
  }

  String text() {
    var text = new StringBuilder();
    lines.forEach(line -> text.append(line.text()).append('\n'));
    return text.toString();
  }

  /** What should never be logged: faults of our own. */
  List<String> errors() {
    return lines.stream().filter(l -> l.level() == Level.ERROR).map(Line::text).toList();
  }

  @Override
  public void close() {
    root.detachAppender(appender);
    appender.stop();
  }
}
