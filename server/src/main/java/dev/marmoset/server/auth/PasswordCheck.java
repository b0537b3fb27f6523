package dev.marmoset.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// Checks passwords against bcrypt hashes. Thread-safe.
///
/// A hash of cost 10 takes some 50 ms of a core, so a password that was right is remembered for a while, as a keyed hash
/// in memory; whoever sends regularly is never hashed again. Wrong passwords cost the full price, so only a few are
/// checked at a time and a bounded number waits; a flood of them starves neither writes nor the machine.
final class PasswordCheck {
  static final String NO_HASH =
      " is not a bcrypt hash of cost 4 to 16; make one with: htpasswd -nBC 10 \"\" | tr -d ':\\n'";

  /// Cost 16 is 3 s of a core.
  private static final Pattern HASH = Pattern.compile("\\$2[aby]\\$(0[4-9]|1[0-6])\\$[./A-Za-z0-9]{53}");
  /// Checked when there is no such user, so that the time does not tell. Of nobody's password.
  private static final String NOBODY = "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy";
  /// Longer than the pause between two requests of a usual sender.
  private static final Duration REMEMBERED = Duration.ofMinutes(10);
  /// Far more users than one store has; 100 bytes each.
  private static final int MOST_REMEMBERED = 1024;
  private static final int MOST_WAITING = 32;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final BCrypt.Verifyer bcrypt = BCrypt.verifyer(BCrypt.Version.VERSION_2A,
      LongPasswordStrategies.truncate(BCrypt.Version.VERSION_2A));
  private final KeyedHash keyedHash;
  private final InstantSource clock;
  /// Fair, so that nobody waits for ever. Half of the cores stay for those who came in already.
  private final Semaphore permits =
      new Semaphore(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), true);
  /// When a remembered password is forgotten, ms since the epoch, the longest unused first.
  @GuardedBy("remembered")
  private final Map<ByteBuffer, Long> remembered = new LinkedHashMap<>(16, 0.75f, true);

  PasswordCheck(KeyedHash keyedHash, InstantSource clock) {
    this.keyedHash = keyedHash;
    this.clock = clock;
  }

  /// What came of a check.
  enum Result {
    RIGHT, WRONG, BUSY
  }

  /// Whether a text is a hash that can be checked.
  static boolean isHash(String text) {
    return HASH.matcher(text).matches();
  }

  /// Checks a password.
  ///
  /// @param hash as [#isHash] knows it; empty if there is no such user, which takes as long
  Result check(byte[] password, byte[] hash) {
    var key = ByteBuffer.wrap(keyedHash.of(hash, password));
    if (hash.length > 0 && recall(key)) {
      return Result.RIGHT;
    }
    if (!acquire()) {
      return Result.BUSY;
    }
    try {
      boolean right = bcrypt.verify(password, hash.length > 0 ? hash : NOBODY.getBytes(UTF_8)).verified;
      if (!right || hash.length == 0) {
        return Result.WRONG;
      }
      remember(key);
      return Result.RIGHT;
    } finally {
      permits.release();
    }
  }

  private boolean acquire() {
    if (permits.getQueueLength() >= MOST_WAITING) {
      return false;
    }
    try {
      return permits.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Whoever comes back is remembered anew: credentials do not change while the process runs.
  private boolean recall(ByteBuffer key) {
    long now = clock.millis();
    synchronized (remembered) {
      Long until = remembered.get(key);
      if (until == null) {
        return false;
      }
      if (until < now) {
        remembered.remove(key);
        return false;
      }
      remembered.put(key, now + REMEMBERED.toMillis());
      return true;
    }
  }

  private void remember(ByteBuffer key) {
    synchronized (remembered) {
      remembered.put(key, clock.millis() + REMEMBERED.toMillis());
      if (remembered.size() > MOST_REMEMBERED) {
        remembered.remove(List.copyOf(remembered.keySet()).getFirst());
      }
    }
  }
}
