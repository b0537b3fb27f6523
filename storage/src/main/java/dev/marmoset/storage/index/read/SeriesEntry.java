package dev.marmoset.storage.index.read;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.ByteReader;
import dev.marmoset.storage.io.CorruptDataException;
import java.nio.file.Path;
import java.util.Arrays;

/// One series of an index, decoded: label ordinals and chunk metas. Reusable and confined to one thread;
/// [IndexReader#read] fills it.
public final class SeriesEntry {
  /// Least bytes of a chunk meta.
  private static final int MIN_CHUNK_BYTES = 3;

  /// Bytes of the entry; grown by the reader.
  byte[] buffer = new byte[1024];
  private final ByteReader reader = new ByteReader(buffer, 0, 0);
  private int labelCount;
  private int[] ordinals = new int[32];
  private int chunkCount;
  /// First time, last time and ref of each chunk.
  private long[] chunks = new long[32 * 3];
  private int entryBytes;

  /// An entry of nothing.
  public SeriesEntry() {}

  /// Number of labels.
  public int labelCount() {
    return labelCount;
  }

  /// Symbol ordinal of the name of label `i`; ascending.
  public int nameOrdinal(int i) {
    return ordinals[2 * i];
  }

  /// Symbol ordinal of the value of label `i`.
  public int valueOrdinal(int i) {
    return ordinals[2 * i + 1];
  }

  /// Number of chunks.
  public int chunkCount() {
    return chunkCount;
  }

  /// Time of the first sample of chunk `i`, ms.
  public long minTime(int i) {
    return chunks[3 * i];
  }

  /// Time of the last sample of chunk `i`, ms.
  public long maxTime(int i) {
    return chunks[3 * i + 1];
  }

  /// Ref of chunk `i`.
  public long chunkRef(int i) {
    return chunks[3 * i + 2];
  }

  /// Bytes of the entry with length and checksum.
  public int entryBytes() {
    return entryBytes;
  }

  /// Makes the buffer at least so long.
  void room(int bytes) {
    if (buffer.length < bytes) {
      buffer = new byte[bytes];
    }
  }

  /// Decodes the body in [#buffer].
  ///
  /// @param offset      of the entry in the file, for errors
  /// @param bodyFrom    where the body begins in the buffer
  /// @param symbolCount ordinals must be below
  void decode(Path file, long offset, int bodyFrom, int bodyLength, int symbolCount)
      throws CorruptDataException {
    entryBytes = bodyFrom + bodyLength + IndexFormat.CRC_BYTES;
    reader.reset(buffer, bodyFrom, bodyLength);
    decodeLabels(symbolCount);
    decodeChunks();
    if (reader.ok() && reader.remaining() > 0) {
      reader.fail(reader.remaining() + " bytes behind the last chunk");
    }
    String error = reader.error();
    if (error != null) {
      throw new CorruptDataException(file, offset, "series of the index", "labels and chunks in order",
          error + " of the entry");
    }
  }

  private void decodeLabels(int symbolCount) {
    labelCount = reader.elements(2);
    if (2 * labelCount > ordinals.length) {
      ordinals = new int[labelCount * 4];
    }
    int lastName = -1;
    for (int i = 0; i < labelCount && reader.ok(); i++) {
      int name = reader.count(symbolCount - 1);
      ordinals[2 * i] = name;
      ordinals[2 * i + 1] = reader.count(symbolCount - 1);
      // Symbols ascend, so names are in order when their ordinals are.
      if (name <= lastName) {
        reader.fail("label " + i + " whose name is not above the one before");
      }
      lastName = name;
    }
  }

  private void decodeChunks() {
    chunkCount = reader.elements(MIN_CHUNK_BYTES);
    if (3 * chunkCount > chunks.length) {
      chunks = Arrays.copyOf(chunks, chunkCount * 6);
    }
    if (chunkCount > 0) {
      put(0, reader.zigzag(), reader.uvarint(), reader.uvarint());
    }
    for (int i = 1; i < chunkCount && reader.ok(); i++) {
      long gap = reader.uvarint();
      long minTime = maxTime(i - 1) + gap;
      long length = reader.uvarint();
      if (reader.ok() && minTime <= maxTime(i - 1)) {
        reader.fail("chunk " + i + " that begins " + Long.toUnsignedString(gap)
            + " ms after the end of the one before");
      }
      put(i, minTime, length, chunkRef(i - 1) + reader.zigzag());
    }
  }

  private void put(int i, long minTime, long length, long ref) {
    if (minTime + length < minTime) {
      reader.fail("chunk " + i + " of " + Long.toUnsignedString(length) + " ms");
    }
    chunks[3 * i] = minTime;
    chunks[3 * i + 1] = minTime + length;
    chunks[3 * i + 2] = ref;
  }
}
