package dev.marmoset.storage.log.record;

import dev.marmoset.storage.io.ByteWriter;
import dev.marmoset.storage.io.Crc32c;
import dev.marmoset.storage.io.Ulid;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;

/// Frames records of one log into a buffer that is written to the segment as it is. Confined to the log thread.
public final class RecordWriter implements AutoCloseable {
  private static final int INITIAL_CAPACITY = 256 << 10;

  private final byte[] incarnation;
  private final ByteWriter out = new ByteWriter(INITIAL_CAPACITY);
  private final ByteWriter body = new ByteWriter(INITIAL_CAPACITY);
  private final Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
  private final byte[] deflated = new byte[8 << 10];
  private final Crc32c crc = new Crc32c();
  private long segment;
  private long base;
  private int sequence;
  private int type;

  RecordWriter(Ulid incarnation) {
    this.incarnation = incarnation.toBytes();
  }

  /// Begins a segment with its magic.
  void startSegment(long number) {
    segment = number;
    base = 0;
    sequence = 0;
    out.clear();
    out.u64(LogFormat.MAGIC | (long) LogFormat.VERSION << LogFormat.VERSION_SHIFT);
  }

  /// Empties the buffer for records that will lie at `offset` of the file.
  void startCommit(long offset) {
    base = offset;
    out.clear();
  }

  /// The framed records.
  public ByteWriter out() {
    return out;
  }

  /// Bytes of framed records.
  public int size() {
    return out.size();
  }

  void begin(int recordType) {
    type = recordType;
    body.clear();
  }

  /// Adds a section with the content of `content`.
  void section(int id, ByteWriter content) {
    body.uvarint(id);
    body.uvarint(content.size());
    body.bytes(content);
  }

  /// Frames the record.
  void end() {
    int start = header();
    out.bytes(body);
    finish(start, LogFormat.PLAIN);
  }

  /// Frames the record with a deflated body.
  void endDeflated() {
    int start = header();
    out.uvarint(body.size());
    deflater.reset();
    deflater.setInput(body.view(0, body.size()));
    deflater.finish();
    while (!deflater.finished()) {
      out.bytes(deflated, 0, deflater.deflate(deflated));
    }
    finish(start, LogFormat.DEFLATE);
  }

  private int header() {
    int start = out.size();
    out.u64(0);
    out.u64(0);
    return start;
  }

  private void finish(int start, int compression) {
    int length = out.size() - start - LogFormat.HEADER_LENGTH;
    if (length < 1 || length > LogFormat.MAX_BODY) {
      throw new IllegalStateException(
          "record of type " + type + " has a body of " + length + " bytes, bounds 1 to "
              + LogFormat.MAX_BODY);
    }
    out.u32At(start + LogFormat.LENGTH_OFFSET, length);
    out.u32At(start + LogFormat.TYPE_OFFSET, type | compression << Byte.SIZE);
    out.u32At(start + LogFormat.SEQUENCE_OFFSET, sequence++);
    ByteBuffer covered = out.view(start + LogFormat.TYPE_OFFSET, out.size());
    int checksum =
        crc.reset().bytes(incarnation, 0, incarnation.length).u64(segment).u64(base + start).bytes(covered)
            .value();
    out.u32At(start + LogFormat.CRC_OFFSET, checksum);
  }

  @Override
  public void close() {
    out.close();
    body.close();
    deflater.end();
  }
}
