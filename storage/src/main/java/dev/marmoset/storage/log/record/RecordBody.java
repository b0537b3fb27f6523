package dev.marmoset.storage.log.record;

import dev.marmoset.storage.io.ByteReader;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/// Gives access to the uncompressed body of records. Not thread-safe; reused.
final class RecordBody implements AutoCloseable {
  /// Deflate never shrinks to less than 1/1032; a raw length above that is a lie, and nothing is allocated for it.
  private static final int DEFLATE_LIMIT = 1032;
  /// A snappy copy of 3 bytes gives at most 64.
  private static final int SNAPPY_LIMIT = 22;

  private final Inflater inflater = new Inflater(true);
  private final ByteReader compressed = new ByteReader(new byte[0], 0, 0);
  private byte[] raw = new byte[0];

  /// Points `body` at the uncompressed body of the record found; false when it cannot be uncompressed.
  boolean open(RecordScanner record, ByteReader body) {
    int compression = record.flags() & LogFormat.COMPRESSION_MASK;
    if (compression == LogFormat.PLAIN) {
      body.reset(record.body(), record.bodyOffset(), record.bodyLength());
      return true;
    }
    compressed.reset(record.body(), record.bodyOffset(), record.bodyLength());
    int length = compressed.count(LogFormat.MAX_RAW_BODY);
    int most = compression == LogFormat.DEFLATE ? DEFLATE_LIMIT : SNAPPY_LIMIT;
    if (!compressed.ok() || length > (long) compressed.remaining() * most) {
      return false;
    }
    if (raw.length < length) {
      raw = new byte[length];
    }
    body.reset(raw, 0, length);
    return compression == LogFormat.DEFLATE ? inflate(length)
        : SnappyBlock.uncompress(compressed, raw, length);
  }

  private boolean inflate(int length) {
    inflater.reset();
    inflater.setInput(compressed.array(), compressed.position(), compressed.remaining());
    try {
      int n = 0;
      while (n < length && !inflater.finished() && !inflater.needsInput()) {
        n += inflater.inflate(raw, n, length - n);
      }
      return n == length;
    } catch (DataFormatException _) {
      return false;
    }
  }

  @Override
  public void close() {
    inflater.end();
  }
}
