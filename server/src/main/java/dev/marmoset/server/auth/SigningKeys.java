package dev.marmoset.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Keys that sign requests under AWS Signature Version 4, derived from secret keys and remembered: a sender uses the same
/// one for a day, and deriving it takes four hashes. Thread-safe.
final class SigningKeys {
  /// Region and service are the sender's words: more than an honest set of senders has is not kept.
  private static final int MOST = 64;
  private static final byte[] PREFIX = "AWS4".getBytes(US_ASCII);

  private record Origin(Secret secretKey, List<String> scope) {}

  private final Map<Origin, KeyedHash> derived = new ConcurrentHashMap<>();

  /// The hash under the key of a scope.
  ///
  /// @param scope day, region, service and terminator
  KeyedHash of(Secret secretKey, List<String> scope) {
    if (derived.size() >= MOST) {
      derived.clear();
    }
    return derived.computeIfAbsent(new Origin(secretKey, scope), SigningKeys::derive);
  }

  private static KeyedHash derive(Origin origin) {
    byte[] secret = origin.secretKey.bytes();
    byte[] key = new byte[PREFIX.length + secret.length];
    System.arraycopy(PREFIX, 0, key, 0, PREFIX.length);
    System.arraycopy(secret, 0, key, PREFIX.length, secret.length);
    for (String step : origin.scope) {
      key = KeyedHash.under(key).of(step.getBytes(UTF_8));
    }
    return KeyedHash.under(key);
  }
}
