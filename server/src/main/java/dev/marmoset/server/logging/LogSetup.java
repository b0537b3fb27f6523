package dev.marmoset.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sets up logging of the whole process, once, before anything logs.
public final class LogSetup {
  private LogSetup() {}

  /// Sends events to standard error.
  ///
  /// @param level least severity of our own events: `debug`, `info`, `warn` or `error`; libraries speak from `warn` on,
  ///              under `debug` from `info` on
  /// @param json  JSON lines instead of logfmt
  public static void install(String level, boolean json) {
    var context = (LoggerContext) LoggerFactory.getILoggerFactory();
    context.reset();
    var encoder = json ? LineEncoder.json() : LineEncoder.logfmt();
    encoder.setContext(context);
    encoder.start();
    var appender = new ConsoleAppender<ILoggingEvent>();
    appender.setContext(context);
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    var own = Level.toLevel(level);
    var libraries = own.isGreaterOrEqual(Level.ERROR) ? own : own == Level.DEBUG ? Level.INFO : Level.WARN;
    var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
    root.setLevel(libraries);
    root.addAppender(appender);
    context.getLogger("dev.marmoset").setLevel(own);
    // It asks for JVM flags that only its mapped files need, which are not used here.
    context.getLogger("net.openhft.chronicle.core.internal.ClassUtil").setLevel(Level.OFF);
    JulForwarder.install();
  }
}
