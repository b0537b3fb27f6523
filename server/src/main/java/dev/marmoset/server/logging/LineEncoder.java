package dev.marmoset.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.encoder.EncoderBase;
import dev.marmoset.server.json.JsonWriter;
import dev.marmoset.server.logging.LogFields.Field;
import java.util.List;
import java.util.function.Function;

/// Makes the bytes of one line from one event. Thread-safe.
final class LineEncoder extends EncoderBase<ILoggingEvent> {
  private static final byte[] NOTHING = {};

  private final Function<List<Field>, String> notation;

  private LineEncoder(Function<List<Field>, String> notation) {
    this.notation = notation;
  }

  /// `ts=… level=info msg="…" component=… key=value`.
  static LineEncoder logfmt() {
    return new LineEncoder(LineEncoder::toLogfmt);
  }

  /// One JSON object per line, every value a string.
  static LineEncoder json() {
    return new LineEncoder(LineEncoder::toJson);
  }

  @Override
  public byte[] encode(ILoggingEvent event) {
    return (notation.apply(LogFields.of(event)) + '\n').getBytes(UTF_8);
  }

  @Override
  public byte[] headerBytes() {
    return NOTHING;
  }

  @Override
  public byte[] footerBytes() {
    return NOTHING;
  }

  private static String toJson(List<Field> fields) {
    var json = new JsonWriter().object();
    fields.forEach(field -> json.field(field.key(), field.value()));
    return json.endObject().toString();
  }

  /// The message is always quoted, other values where they need it. Quoted values use JSON's escapes, as go-kit's
  /// logfmt does. Characters that cannot stand in a key become `_`.
  private static String toLogfmt(List<Field> fields) {
    var line = new StringBuilder();
    for (Field field : fields) {
      line.append(line.isEmpty() ? "" : " ");
      field.key().codePoints().forEach(c -> line.appendCodePoint(c <= ' ' || c == '=' || c == '"' ? '_' : c));
      line.append('=');
      if (field.key().equals("msg") || needsQuotes(field.value())) {
        line.append(new JsonWriter().value(field.value()));
      } else {
        line.append(field.value());
      }
    }
    return line.toString();
  }

  private static boolean needsQuotes(String value) {
    return value.isEmpty()
        || value.chars().anyMatch(c -> c <= ' ' || c == '=' || c == '"' || c == '\\' || c >= 0x7F);
  }
}
