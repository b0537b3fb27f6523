package dev.marmoset.storage.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes a file in Prometheus' block formats from its first to its last byte: fixed integers big-endian, numbers as Go
/// varints, checksums CRC32C big-endian. Confined to one thread; owns the file.
///
/// Bytes collect in an array, not in a direct buffer: checksum, hash and copying all take arrays as they are, while the
/// JDK's SHA-256 copies a direct buffer in pieces of 4 KiB.
///
/// After an [IOException] the file is unusable; close it and delete it.
public final class SequentialOutput implements Closeable {
  /// Bytes collected before the file is written: large enough that the system call does not count.
  private static final int BUFFER_BYTES = 128 * 1024;
  /// Longest varint of 64 bits.
  private static final int MAX_VARINT_BYTES = 10;

  private final AppendFile file;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int buffered;
  private final CRC32C crc = new CRC32C();
  private final @Nullable MessageDigest digest;
  /// Where in the buffer the bytes begin that the running checksum has not seen.
  private int crcFrom;
  private boolean crcRunning;
  private long flushed;

  /// An output at the beginning of a new file.
  ///
  /// @param file   empty; passes to the output, which closes it
  /// @param hashed whether [#sha256] will be asked for; costs about 1 ns per byte where the processor has no SHA instructions
  public SequentialOutput(AppendFile file, boolean hashed) {
    this.file = file;
    this.digest = hashed ? sha256Digest() : null;
  }

  /// Bytes written so far.
  public long position() {
    return flushed + buffered;
  }

  /// Appends one byte.
  public void u8(int value) throws IOException {
    room(Byte.BYTES);
    buffer[buffered++] = (byte) value;
  }

  /// Appends four bytes, big-endian.
  public void u32(int value) throws IOException {
    room(Integer.BYTES);
    buffer[buffered] = (byte) (value >>> 24);
    buffer[buffered + 1] = (byte) (value >>> 16);
    buffer[buffered + 2] = (byte) (value >>> 8);
    buffer[buffered + 3] = (byte) value;
    buffered += Integer.BYTES;
  }

  /// Appends eight bytes, big-endian.
  public void u64(long value) throws IOException {
    u32((int) (value >>> Integer.SIZE));
    u32((int) value);
  }

  /// Appends an unsigned varint.
  public void uvarint(long value) throws IOException {
    room(MAX_VARINT_BYTES);
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      buffer[buffered++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    buffer[buffered++] = (byte) rest;
  }

  /// Bytes that [#uvarint] takes for `value`, 1 to 10.
  public static int uvarintBytes(long value) {
    return (Long.SIZE - 1 - Long.numberOfLeadingZeros(value | 1)) / 7 + 1;
  }

  /// Appends `length` bytes of `source` from `offset` on.
  public void bytes(byte[] source, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      room(1);
      int n = Math.min(length - done, BUFFER_BYTES - buffered);
      System.arraycopy(source, offset + done, buffer, buffered, n);
      buffered += n;
      done += n;
    }
  }

  /// Appends bytes with their length (unsigned varint) in front.
  public void sizedBytes(byte[] source) throws IOException {
    uvarint(source.length);
    bytes(source, 0, source.length);
  }

  /// Appends zero bytes until the position is a multiple of `alignment`, a power of two.
  public void align(int alignment) throws IOException {
    while ((position() & alignment - 1) != 0) {
      u8(0);
    }
  }

  /// Starts the checksum: it covers what is written from here to [#endCrc].
  public void startCrc() {
    crc.reset();
    crcFrom = buffered;
    crcRunning = true;
  }

  /// Appends the checksum of everything since [#startCrc].
  public void endCrc() throws IOException {
    updateCrc();
    crcRunning = false;
    u32((int) crc.getValue());
  }

  /// Makes everything written survive a power loss.
  public void force() throws IOException {
    flush();
    file.force();
  }

  /// SHA-256 of the file in lower-case hex. To be asked once, after the last byte.
  ///
  /// @throws IllegalStateException if the output was not opened for it
  public String sha256() throws IOException {
    if (digest == null) {
      throw new IllegalStateException("asking for the SHA-256 of an output that was opened without it");
    }
    flush();
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Closes the file; bytes that were not forced may be missing.
  @Override
  public void close() throws IOException {
    file.close();
  }

  private void room(int bytes) throws IOException {
    if (BUFFER_BYTES - buffered < bytes) {
      flush();
    }
  }

  private void flush() throws IOException {
    if (crcRunning) {
      updateCrc();
    }
    if (digest != null) {
      digest.update(buffer, 0, buffered);
    }
    file.writeAll(ByteBuffer.wrap(buffer, 0, buffered));
    flushed += buffered;
    buffered = 0;
    crcFrom = 0;
  }

  private void updateCrc() {
    crc.update(buffer, crcFrom, buffered - crcFrom);
    crcFrom = buffered;
  }

  private static MessageDigest sha256Digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
