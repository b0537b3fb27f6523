package dev.marmoset.storage.index.write;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.SequentialOutput;
import java.io.IOException;

/// One walk over the spilled series as they lie in the index: which ref each has, and what bytes. Repeating the walk
/// costs about 100 ns per series and saves holding the refs. Confined to one thread.
final class SeriesPass {
  private final LabelPairs pairs;
  private final SeriesSpill.Cursor spilled;
  private long end;
  private long start;
  private int bodyBytes;

  /// A walk from the beginning of the series section.
  ///
  /// @param pairs   sealed
  /// @param section offset of the section, before the padding of its first entry
  SeriesPass(LabelPairs pairs, SeriesSpill spill, long section) {
    this.pairs = pairs;
    this.spilled = spill.cursor();
    this.end = section;
  }

  /// Steps to the next series; false at the end.
  ///
  /// @throws IOException if scratch cannot be read or the series lies beyond what a ref can name
  boolean next() throws IOException {
    if (!spilled.next()) {
      return false;
    }
    int bytes = SequentialOutput.uvarintBytes(spilled.pairCount()) + spilled.chunksLength();
    for (int i = 0; i < spilled.pairCount(); i++) {
      int pair = spilled.pair(i);
      bytes += SequentialOutput.uvarintBytes(pairs.nameOrdinal(pair))
          + SequentialOutput.uvarintBytes(pairs.valueOrdinal(pair));
    }
    bodyBytes = bytes;
    start = end + IndexFormat.SERIES_ALIGNMENT - 1 & -IndexFormat.SERIES_ALIGNMENT;
    end = start + SequentialOutput.uvarintBytes(bytes) + bytes + IndexFormat.CRC_BYTES;
    if (start / IndexFormat.SERIES_ALIGNMENT > IndexFormat.MAX_SERIES_REF) {
      throw new IOException("writing the index of a block: the series at offset " + start
          + " is beyond 64 GiB, which is what a series ref can name");
    }
    return true;
  }

  /// The ref of the current series: u32.
  int ref() {
    return (int) (start / IndexFormat.SERIES_ALIGNMENT);
  }

  int pairCount() {
    return spilled.pairCount();
  }

  int pair(int i) {
    return spilled.pair(i);
  }

  /// Bytes from the beginning of the current entry to the end of its checksum.
  int entryBytes() {
    return (int) (end - start);
  }

  /// Writes the current entry and the padding before it.
  void write(SequentialOutput out) throws IOException {
    out.align(IndexFormat.SERIES_ALIGNMENT);
    out.uvarint(bodyBytes);
    out.startCrc();
    out.uvarint(spilled.pairCount());
    for (int i = 0; i < spilled.pairCount(); i++) {
      int pair = spilled.pair(i);
      out.uvarint(pairs.nameOrdinal(pair));
      out.uvarint(pairs.valueOrdinal(pair));
    }
    out.bytes(spilled.buffer(), spilled.chunksAt(), spilled.chunksLength());
    out.endCrc();
  }
}
