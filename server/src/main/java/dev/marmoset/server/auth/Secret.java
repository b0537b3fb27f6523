package dev.marmoset.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Arrays;

/// Bytes that no text may show. Immutable.
final class Secret {
  private final byte[] bytes;

  Secret(String text) {
    this.bytes = text.getBytes(UTF_8);
  }

  /// A copy, for functions that take bytes.
  byte[] bytes() {
    return bytes.clone();
  }

  /// Whether the other bytes are equal; the time does not tell how many of them are.
  boolean matches(byte[] other) {
    return MessageDigest.isEqual(bytes, other);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Secret secret && matches(secret.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  @Override
  public String toString() {
    return "<secret>";
  }
}
