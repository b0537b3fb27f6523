package dev.marmoset.server.yaml;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;

/// Undoes base64 and gzip around a YAML document, recognised by their bytes: environment variables carry them better
/// than line breaks. A YAML mapping always has a colon, which base64 never has.
public final class PlainText {
  /// Far above any configuration; stops a compressed one from filling the memory.
  public static final int MAX_BYTES = 1 << 20;

  private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/=\\s]+");

  private PlainText() {}

  /// The document itself.
  ///
  /// @throws IOException if the text is neither YAML nor base64, or is larger than [#MAX_BYTES] when inflated
  public static String of(String text) throws IOException {
    if (text.isBlank() || !BASE64.matcher(text).matches()) {
      return text;
    }
    byte[] bytes;
    try {
      bytes = Base64.getMimeDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "the text has no colon, so it is taken as base64, which it is not: " + e.getMessage(), e);
    }
    boolean gzipped = bytes.length > 2 && bytes[0] == 0x1F && (bytes[1] & 0xFF) == 0x8B;
    return new String(gzipped ? inflate(bytes) : bytes, UTF_8);
  }

  private static byte[] inflate(byte[] bytes) throws IOException {
    try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      byte[] plain = in.readNBytes(MAX_BYTES + 1);
      if (plain.length > MAX_BYTES) {
        throw new IOException("the configuration is larger than 1MiB when inflated");
      }
      return plain;
    }
  }
}
