package dev.marmoset.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// What one event says, as ordered keys and values: `ts`, `level`, `msg`, `component`, the event's own pairs, the
/// thread's context, and for an exception `err` and `stack`.
final class LogFields {
  /// Key of the part of the program that speaks. An event may set it; otherwise the logger's package names it.
  static final String COMPONENT = "component";
  /// Of the package below a module, in a name.
  private static final int DEPTH = 3;

  private static final String ROOT = "dev.marmoset.";
  private static final DateTimeFormatter MILLIS =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private LogFields() {}

  /// One key and its value.
  record Field(String key, String value) {}

  static List<Field> of(ILoggingEvent event) {
    var fields = new ArrayList<Field>();
    fields.add(new Field("ts", MILLIS.format(Instant.ofEpochMilli(event.getTimeStamp()))));
    fields.add(new Field("level", event.getLevel().toString().toLowerCase(Locale.ROOT)));
    fields.add(new Field("msg", String.valueOf(event.getFormattedMessage())));
    fields.add(new Field(COMPONENT, component(event)));
    if (event.getKeyValuePairs() != null) {
      for (var pair : event.getKeyValuePairs()) {
        if (!pair.key.equals(COMPONENT)) {
          fields.add(new Field(pair.key, String.valueOf(pair.value)));
        }
      }
    }
    event.getMDCPropertyMap().forEach((key, value) -> fields.add(new Field(key, value)));
    if (event.getThrowableProxy() != null) {
      fields.add(new Field("err", summary(event.getThrowableProxy())));
      fields.add(new Field("stack", ThrowableProxyUtil.asString(event.getThrowableProxy()).strip()));
    }
    return fields;
  }

  private static String component(ILoggingEvent event) {
    if (event.getKeyValuePairs() != null) {
      for (var pair : event.getKeyValuePairs()) {
        if (pair.key.equals(COMPONENT)) {
          return String.valueOf(pair.value);
        }
      }
    }
    return component(event.getLoggerName());
  }

  /// Package of our own loggers below the module (`dev.marmoset.storage.log.read.LogTail` is `log`), third name of others
  /// (`org.eclipse.jetty.…` is `jetty`, `io.grpc.…` is `grpc`).
  static String component(String logger) {
    String[] names = logger.split("\\.");
    if (logger.startsWith(ROOT)) {
      return names[Math.min(DEPTH, names.length - 2)];
    }
    for (String name : names) {
      if (name.length() > 3 && !name.equals("eclipse")) {
        return name;
      }
    }
    return logger;
  }

  private static String summary(IThrowableProxy thrown) {
    String type = thrown.getClassName().substring(thrown.getClassName().lastIndexOf('.') + 1);
    return thrown.getMessage() == null ? type : type + ": " + thrown.getMessage();
  }
}
