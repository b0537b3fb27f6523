package dev.marmoset.storage.index.write;

import dev.marmoset.storage.io.ScratchFile;
import java.io.Closeable;
import java.io.IOException;

/// Series on scratch between the passes of an index writer: the symbols of a block are known only after its last series,
/// and everything else of the index is placed behind them. Confined to one thread; owns the file.
///
/// A record is u32 length (little-endian), number of labels, pair numbers, chunk metas as they stand in the index.
final class SeriesSpill implements Closeable {
  /// Bytes read at once.
  private static final int READ_BYTES = 64 * 1024;
  /// Holds the place of a record's length.
  private static final byte[] NO_LENGTH = new byte[Integer.BYTES];

  private final ScratchFile file;
  private final ByteSink record = new ByteSink();
  private long size;

  SeriesSpill(ScratchFile file) {
    this.file = file;
  }

  /// Appends a series.
  ///
  /// @throws IOException if the scratch disk does not take it
  void add(int[] pairs, int pairCount, ByteSink chunks) throws IOException {
    record.clear();
    record.bytes(NO_LENGTH, 0, NO_LENGTH.length);
    record.uvarint(pairCount);
    for (int i = 0; i < pairCount; i++) {
      record.uvarint(pairs[i]);
    }
    record.bytes(chunks.array(), 0, chunks.size());
    int length = record.size() - Integer.BYTES;
    for (int i = 0; i < Integer.BYTES; i++) {
      record.array()[i] = (byte) (length >>> i * Byte.SIZE);
    }
    file.append(record.array(), 0, record.size());
    size += record.size();
    String fault = file.fault();
    if (fault != null) {
      throw new IOException("spilling the series of a block: " + fault);
    }
  }

  /// A pass over all series in the order they were added.
  Cursor cursor() {
    return new Cursor();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /// Steps through the spilled series.
  final class Cursor {
    private byte[] buffer = new byte[READ_BYTES];
    private int at;
    private int end;
    private long fileAt;
    private int[] pairs = new int[16];
    private int pairCount;
    private int chunksAt;
    private int chunksEnd;

    boolean next() throws IOException {
      at = chunksEnd;
      if (at == end && fileAt == size) {
        return false;
      }
      require(Integer.BYTES);
      int length = 0;
      for (int i = 0; i < Integer.BYTES; i++) {
        length |= (buffer[at + i] & 0xFF) << i * Byte.SIZE;
      }
      require(Integer.BYTES + length);
      at += Integer.BYTES;
      chunksEnd = at + length;
      readPairs();
      chunksAt = at;
      return true;
    }

    int pairCount() {
      return pairCount;
    }

    int pair(int i) {
      return pairs[i];
    }

    /// The buffer that holds the chunk metas, from [#chunksAt], [#chunksLength] bytes, until the next step.
    byte[] buffer() {
      return buffer;
    }

    int chunksAt() {
      return chunksAt;
    }

    int chunksLength() {
      return chunksEnd - chunksAt;
    }

    private void readPairs() {
      pairCount = uvarint();
      if (pairCount > pairs.length) {
        pairs = new int[pairCount * 2];
      }
      for (int i = 0; i < pairCount; i++) {
        pairs[i] = uvarint();
      }
    }

    private int uvarint() {
      int value = 0;
      int shift = 0;
      byte b;
      do {
        b = buffer[at++];
        value |= (b & 0x7F) << shift;
        shift += 7;
      } while (b < 0);
      return value;
    }

    private void require(int bytes) throws IOException {
      if (end - at >= bytes) {
        return;
      }
      int kept = end - at;
      byte[] target = bytes > buffer.length ? new byte[bytes * 2] : buffer;
      System.arraycopy(buffer, at, target, 0, kept);
      buffer = target;
      int more = (int) Math.min(buffer.length - kept, size - fileAt);
      file.read(fileAt, buffer, kept, more);
      fileAt += more;
      at = 0;
      end = kept + more;
      chunksEnd = 0;
    }
  }
}
