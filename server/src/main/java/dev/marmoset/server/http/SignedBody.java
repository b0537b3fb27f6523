package dev.marmoset.server.http;

import dev.marmoset.server.auth.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A body that is hashed while it is read. Its end is reached only if it is the body that was signed; else the reader
/// gets an error instead of the end and has nothing complete to act on. Confined to one thread.
final class SignedBody extends WatchedBody {
  private final MessageDigest digest = sha256();
  private final Verdict.BodyCheck check;
  private boolean judged;
  private boolean refused;

  SignedBody(InputStream body, Verdict.BodyCheck check) {
    super(body);
    this.check = check;
  }

  /// Whether the end was reached and the body was another one.
  boolean refused() {
    return refused;
  }

  /// Whether an empty body passes the check.
  static boolean acceptsEmpty(Verdict.BodyCheck check) {
    return check.accepts(HexFormat.of().formatHex(sha256().digest()));
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int read = in.read(bytes, offset, length);
    if (read >= 0) {
      digest.update(bytes, offset, read);
    } else {
      judge();
    }
    return read;
  }

  private void judge() throws IOException {
    if (!judged) {
      judged = true;
      refused = !check.accepts(HexFormat.of().formatHex(digest.digest()));
    }
    if (refused) {
      throw new IOException("the body is not the one that was signed");
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
