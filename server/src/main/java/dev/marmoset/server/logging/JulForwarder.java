package dev.marmoset.server.logging;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.SimpleFormatter;
import org.slf4j.LoggerFactory;

/// Leads events of `java.util.logging` (gRPC, the JDK) to SLF4J, so that they come out as one line like all others.
final class JulForwarder extends Handler {
  private final SimpleFormatter formatter = new SimpleFormatter();

  private JulForwarder() {}

  /// Replaces the JDK's handlers.
  static void install() {
    LogManager.getLogManager().reset();
    LogManager.getLogManager().getLogger("").addHandler(new JulForwarder());
  }

  @Override
  public void publish(LogRecord event) {
    String name = event.getLoggerName() == null ? "java" : event.getLoggerName();
    var builder = LoggerFactory.getLogger(name).atLevel(level(event.getLevel()));
    if (event.getThrown() != null) {
      builder = builder.setCause(event.getThrown());
    }
    builder.log(formatter.formatMessage(event));
  }

  @Override
  public void flush() {
    // The appender behind SLF4J flushes every line.
  }

  @Override
  public void close() {
    // Holds nothing.
  }

  private static org.slf4j.event.Level level(Level level) {
    int value = level.intValue();
    if (value >= Level.SEVERE.intValue()) {
      return org.slf4j.event.Level.ERROR;
    }
    if (value >= Level.WARNING.intValue()) {
      return org.slf4j.event.Level.WARN;
    }
    return value >= Level.INFO.intValue() ? org.slf4j.event.Level.INFO : org.slf4j.event.Level.DEBUG;
  }
}
