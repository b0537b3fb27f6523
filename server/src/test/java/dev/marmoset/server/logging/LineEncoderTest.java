package dev.marmoset.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.event.KeyValuePair;

class LineEncoderTest {
  private static final long TIME = 1_795_276_424_381L;

  @Test
  void logfmtHasTheUsualKeysInOrder() {
    var event = event("listening");
    event.addKeyValuePair(new KeyValuePair("component", "http"));
    event.addKeyValuePair(new KeyValuePair("address", "127.0.0.1:10902"));
    assertThat(logfmt(event))
        .isEqualTo("ts=2026-11-21T15:53:44.381Z level=info msg=\"listening\" component=http"
            + " address=127.0.0.1:10902\n");
  }

  @Test
  void logfmtQuotesAndEscapesWhereNeeded() {
    var event = event("two\nlines \"quoted\"");
    event.addKeyValuePair(new KeyValuePair("empty", ""));
    event.addKeyValuePair(new KeyValuePair("a key=", "a=b"));
    event.addKeyValuePair(new KeyValuePair("plain", 7));
    assertThat(logfmt(event))
        .endsWith(" msg=\"two\\nlines \\\"quoted\\\"\" component=server empty=\"\" a_key_=\"a=b\""
            + " plain=7\n");
  }

  @Test
  void jsonIsOneObjectPerLine() {
    var event = event("say \"hi\"");
    event.addKeyValuePair(new KeyValuePair("n", 7));
    assertThat(new String(LineEncoder.json().encode(event), UTF_8))
        .isEqualTo("{\"ts\":\"2026-11-21T15:53:44.381Z\","
            + "\"level\":\"info\",\"msg\":\"say \\\"hi\\\"\",\"component\":\"server\",\"n\":\"7\"}\n");
  }

  @Test
  void anExceptionStaysOnItsLine() {
    var event =
        new LoggingEvent(getClass().getName(), context().getLogger("dev.marmoset.server.X"), Level.ERROR,
            "broke off", new IOException("disk\nfull"), new Object[0]);
    for (var encoder : new LineEncoder[] {LineEncoder.logfmt(), LineEncoder.json()}) {
      String line = new String(encoder.encode(event), UTF_8);
      assertThat(line.indexOf('\n')).isEqualTo(line.length() - 1);
      assertThat(line).contains("IOException: disk\\nfull").contains("LineEncoderTest.java");
    }
  }

  @ParameterizedTest
  @CsvSource({"dev.marmoset.storage.log.LogWriter,log", "dev.marmoset.server.Assembly,server",
    "org.eclipse.jetty.server.Server,jetty", "io.grpc.netty.X,grpc", "java,java"})
  void componentComesFromTheLogger(String logger, String component) {
    assertThat(LogFields.component(logger)).isEqualTo(component);
  }

  private static String logfmt(LoggingEvent event) {
    return new String(LineEncoder.logfmt().encode(event), UTF_8);
  }

  private static LoggerContext context() {
    var context = new LoggerContext();
    context.setMDCAdapter(new LogbackMDCAdapter());
    return context;
  }

  private static LoggingEvent event(String message) {
    var event = new LoggingEvent("test", context().getLogger("dev.marmoset.server.Marmoset"), Level.INFO,
        message, null, new Object[0]);
    event.setTimeStamp(TIME);
    return event;
  }
}
