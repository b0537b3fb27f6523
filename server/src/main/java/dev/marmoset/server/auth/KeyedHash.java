package dev.marmoset.server.auth;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// HMAC-SHA-256, under a key that only this process knows or under a given one. Thread-safe.
final class KeyedHash {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int KEY_BYTES = 32;

  private final byte[] key;

  private KeyedHash(byte[] key) {
    this.key = key;
  }

  /// Under a key of its own.
  static KeyedHash ofProcess(SecureRandom random) {
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    return new KeyedHash(key);
  }

  /// Under the given key.
  ///
  /// @param key passes to the hash
  static KeyedHash under(byte[] key) {
    return new KeyedHash(key);
  }

  /// Of the parts, each with its length in front.
  byte[] of(byte[] first, byte[] second) {
    var mac = mac();
    mac.update((byte) first.length);
    mac.update(first);
    return mac.doFinal(second);
  }

  /// Of one text.
  byte[] of(byte[] bytes) {
    return mac().doFinal(bytes);
  }

  private Mac mac() {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
