package dev.marmoset.storage.upload;

import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.objstore.ObjectContent;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A local file on its way to the bucket, hashed as it is read. Its last bytes are not handed out unless the hash is what
/// was committed, so a damaged file never becomes an object. One thread; the caller closes the file.
final class HashedFile implements ObjectContent {
  private final Path path;
  private final ReadFile file;
  private final BlockFile expected;
  private final Runnable progress;
  /// Hash of everything before `pieceStart`; a piece may be read again.
  private MessageDigest beforePiece = sha256();
  private long pieceStart;
  private MessageDigest digest = beforePiece;
  private long position;

  /// @param path     of the file, for errors
  /// @param progress called for every read
  HashedFile(Path path, ReadFile file, BlockFile expected, Runnable progress) {
    this.path = path;
    this.file = file;
    this.expected = expected;
    this.progress = progress;
  }

  @Override
  public long bytes() {
    return expected.bytes();
  }

  /// @throws CorruptDataException if the file has another size, or the hash at its end is another one
  @Override
  public InputStream open(long offset, long length) throws IOException {
    if (file.size() != expected.bytes()) {
      throw new CorruptDataException(path, 0, "reading a committed file", expected.bytes() + " bytes",
          file.size() + " bytes");
    }
    if (offset == position && offset != pieceStart) {
      beforePiece = digest;
      pieceStart = offset;
    } else if (offset != pieceStart) {
      throw new IllegalArgumentException(
          "a piece at " + offset + " is neither the one at " + pieceStart + " nor the next at " + position);
    }
    digest = copy(beforePiece);
    position = offset;
    return new Piece(offset + length);
  }

  private final class Piece extends InputStream {
    private final long end;

    Piece(long end) {
      this.end = end;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
      if (count == 0) {
        return 0;
      }
      if (position >= end) {
        return -1;
      }
      int n = file.read(position, target, from, (int) Math.min(count, end - position));
      if (n < 0) {
        throw new CorruptDataException(path, position, "reading a committed file",
            expected.bytes() + " bytes", "its end");
      }
      digest.update(target, from, n);
      position += n;
      progress.run();
      if (position == expected.bytes()) {
        verify();
      }
      return n;
    }
  }

  private void verify() throws CorruptDataException {
    String found = HexFormat.of().formatHex(copy(digest).digest());
    if (!found.equals(expected.sha256())) {
      throw new CorruptDataException(path, 0, "reading a committed file", "SHA-256 " + expected.sha256(),
          found);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static MessageDigest copy(MessageDigest digest) {
    try {
      return (MessageDigest) digest.clone();
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException("the JDK's SHA-256 can be copied", e);
    }
  }
}
