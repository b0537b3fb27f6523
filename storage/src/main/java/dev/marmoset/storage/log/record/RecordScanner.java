package dev.marmoset.storage.log.record;

import dev.marmoset.storage.io.ByteReader;
import dev.marmoset.storage.io.Crc32c;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.io.Ulid;
import java.io.IOException;
import java.util.Arrays;

/// Finds the records of one segment in its file, and trusts no length: memory is taken only for bytes that are there.
/// Not thread-safe.
public final class RecordScanner {
  /// What lies at the current offset.
  public enum Found {
    /// A valid record.
    RECORD,
    /// Nothing: the end.
    NOTHING,
    /// Bytes that are no valid record.
    BROKEN
  }

  private static final int FIRST_BUFFER = 64 << 10;

  private final byte[] incarnation;
  private final long segment;
  private final Crc32c crc = new Crc32c();
  private final ByteReader header = new ByteReader(new byte[0], 0, 0);
  private byte[] buffer = new byte[FIRST_BUFFER];
  private int start;
  private int filled;
  private long offset;
  private int sequence;
  private int length;
  private int type;
  private int flags;
  private int zero;
  private String why = "";

  /// A scanner before the first record.
  public RecordScanner(Ulid incarnation, long segment) {
    this.incarnation = incarnation.toBytes();
    this.segment = segment;
    this.offset = LogFormat.MAGIC_LENGTH;
  }

  /// Looks at the record that begins at [#offset] and must end at or before `limit`.
  public Found look(ReadFile file, long limit) throws IOException {
    int visible = available(file, LogFormat.HEADER_LENGTH, limit);
    if (visible == 0) {
      return Found.NOTHING;
    }
    if (visible < LogFormat.HEADER_LENGTH) {
      return broken("record header cut off after " + visible + " bytes");
    }
    header.reset(buffer, start, LogFormat.HEADER_LENGTH);
    length = header.u32();
    int checksum = header.u32();
    type = header.u8();
    flags = header.u8();
    zero = header.u16();
    int number = header.u32();
    if (length < 1 || length > LogFormat.MAX_BODY) {
      return broken(
          "record length " + Integer.toUnsignedLong(length) + " outside 1 to " + LogFormat.MAX_BODY);
    }
    visible = available(file, LogFormat.HEADER_LENGTH + length, limit);
    if (visible < LogFormat.HEADER_LENGTH + length) {
      return broken("record of " + length + " bytes cut off after " + (visible - LogFormat.HEADER_LENGTH));
    }
    if (checksum() != checksum) {
      return broken("record checksum does not match");
    }
    return number == sequence ? Found.RECORD : broken("record number " + number + ", expected " + sequence);
  }

  private Found broken(String reason) {
    why = reason;
    return Found.BROKEN;
  }

  private int checksum() {
    return crc.reset().bytes(incarnation, 0, incarnation.length).u64(segment).u64(offset)
        .bytes(buffer, start + LogFormat.TYPE_OFFSET,
            LogFormat.HEADER_LENGTH - LogFormat.TYPE_OFFSET + length)
        .value();
  }

  /// Gets `wanted` bytes from the current offset into the buffer, or as many as lie before `limit` and the end.
  private int available(ReadFile file, int wanted, long limit) throws IOException {
    int allowed = (int) Math.min(wanted, Math.max(0, limit - offset));
    while (filled - start < allowed) {
      makeRoom();
      int n = file.read(offset + filled - start, buffer, filled, buffer.length - filled);
      if (n <= 0) {
        break;
      }
      filled += n;
    }
    return Math.min(allowed, filled - start);
  }

  private void makeRoom() {
    if (start > 0 && filled + FIRST_BUFFER > buffer.length) {
      System.arraycopy(buffer, start, buffer, 0, filled - start);
      filled -= start;
      start = 0;
    }
    if (filled == buffer.length) {
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
  }

  /// Passes over the record just found.
  public void advance() {
    int whole = LogFormat.HEADER_LENGTH + length;
    start += whole;
    offset += whole;
    sequence++;
  }

  /// Forgets bytes read ahead: they may have changed since.
  public void forgetReadAhead() {
    start = 0;
    filled = 0;
  }

  /// Why the bytes at the current offset are no record.
  public String why() {
    return why;
  }

  /// Bytes from the beginning of the file.
  public long offset() {
    return offset;
  }

  /// Where the record just found ends, bytes from the beginning of the file.
  public long recordEnd() {
    return offset + LogFormat.HEADER_LENGTH + length;
  }

  /// Number of the record at the current offset; equals the records passed over.
  public int sequence() {
    return sequence;
  }

  int type() {
    return type;
  }

  int flags() {
    return flags;
  }

  /// The two bytes that are 0 in format 1.
  int zero() {
    return zero;
  }

  /// Array that holds the body of the record found, valid until the next call.
  byte[] body() {
    return buffer;
  }

  int bodyOffset() {
    return start + LogFormat.HEADER_LENGTH;
  }

  int bodyLength() {
    return length;
  }
}
