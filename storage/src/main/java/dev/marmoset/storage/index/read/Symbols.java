package dev.marmoset.storage.index.read;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.SealedFile;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The symbols of an index: strings in ascending byte order, named by their ordinal. Thread-safe.
///
/// Every 32nd offset is in memory; the symbols looked up last are kept, so that neighbouring series share their arrays.
final class Symbols {
  private static final String WHAT = "symbols of the index";
  /// Symbols kept: neighbouring series repeat some hundred label values. A power of two.
  private static final int KEPT = 2048;
  /// Bytes fetched for one lookup: 32 symbols of usual length.
  private static final int LOOKUP_BYTES = 1024;
  private static final int SCAN_BYTES = 64 * 1024;

  /// A symbol that was looked up. Immutable, hence safe to publish without a lock.
  private static final class Kept {
    private final int ordinal;
    private final byte[] bytes;

    private Kept(int ordinal, byte[] bytes) {
      this.ordinal = ordinal;
      this.bytes = bytes;
    }
  }

  private final SealedFile file;
  private final long end;
  private final int count;
  private final long[] samples;
  /// By the low bits of the ordinal; racy by design.
  private final @Nullable Kept[] kept = new @Nullable Kept[KEPT];

  private Symbols(SealedFile file, long end, int count, long[] samples) {
    this.file = file;
    this.end = end;
    this.count = count;
    this.samples = samples;
  }

  /// Checks the section and samples it.
  ///
  /// @throws dev.marmoset.storage.io.CorruptDataException if the checksum is wrong, symbols do not ascend or do not fit
  static Symbols open(SealedFile file, IndexToc toc) throws IOException {
    var cursor = new FileCursor(file, SCAN_BYTES).move(toc.symbols(), toc.series(), WHAT);
    long length = Integer.toUnsignedLong(cursor.u32());
    if (length < Integer.BYTES || length > cursor.remaining() - IndexFormat.CRC_BYTES) {
      throw cursor.corrupt("a length within " + cursor.remaining() + " bytes", Long.toString(length));
    }
    long start = cursor.position();
    cursor.skipChecked(length);
    cursor.move(start, start + length, WHAT);
    int count = cursor.u32();
    if (count < 0 || count > length) {
      throw cursor.corrupt("at most " + length + " symbols", Integer.toUnsignedString(count));
    }
    return new Symbols(file, start + length, count, sample(cursor, count));
  }

  private static long[] sample(FileCursor cursor, int count) throws IOException {
    long[] samples = new long[(count + IndexFormat.SAMPLING - 1) / IndexFormat.SAMPLING];
    byte[] previous = {};
    for (int i = 0; i < count; i++) {
      if (i % IndexFormat.SAMPLING == 0) {
        samples[i / IndexFormat.SAMPLING] = cursor.position();
      }
      byte[] symbol = cursor.sizedBytes();
      if (i > 0 && Arrays.compareUnsigned(previous, symbol) >= 0) {
        throw cursor.corrupt("symbols in ascending order", "symbol " + i + " not above the one before");
      }
      previous = symbol;
    }
    if (cursor.remaining() > 0) {
      throw cursor.corrupt("the end after " + count + " symbols", cursor.remaining() + " more bytes");
    }
    return samples;
  }

  int count() {
    return count;
  }

  /// The symbol with this ordinal, shared.
  ///
  /// @param ordinal 0 to [#count] − 1
  byte[] symbol(int ordinal) throws IOException {
    Kept found = kept[ordinal & KEPT - 1];
    if (found != null && found.ordinal == ordinal) {
      return found.bytes;
    }
    var cursor = new FileCursor(file, LOOKUP_BYTES).move(samples[ordinal / IndexFormat.SAMPLING], end, WHAT);
    for (int i = ordinal % IndexFormat.SAMPLING; i > 0; i--) {
      cursor.skipSized();
    }
    byte[] bytes = cursor.sizedBytes();
    kept[ordinal & KEPT - 1] = new Kept(ordinal, bytes);
    return bytes;
  }

  /// The ordinal of a symbol, or −1.
  int find(byte[] symbol) throws IOException {
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Arrays.compareUnsigned(symbol(middle), symbol);
      if (order == 0) {
        return middle;
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }
}
