package dev.marmoset.storage.index.read;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.SealedFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The postings offset table of an index: for every label pair where its list lies. Thread-safe.
///
/// In memory are the label names and every 32nd value of each.
final class PostingsTable {
  private static final String WHAT = "postings offset table of the index";
  /// Bytes fetched for one lookup: 32 entries of usual length.
  private static final int LOOKUP_BYTES = 2048;
  private static final int SCAN_BYTES = 64 * 1024;

  private final SealedFile file;
  private final List<Name> names;

  private PostingsTable(SealedFile file, List<Name> names) {
    this.file = file;
    this.names = names;
  }

  /// Checks the section and samples it.
  ///
  /// @throws dev.marmoset.storage.io.CorruptDataException if the checksum is wrong, entries do not ascend, do not fit or point outside the lists
  static PostingsTable open(SealedFile file, IndexToc toc) throws IOException {
    var cursor = new FileCursor(file, SCAN_BYTES).move(toc.table(), toc.end(), WHAT);
    long length = Integer.toUnsignedLong(cursor.u32());
    if (length < Integer.BYTES || length > cursor.remaining() - IndexFormat.CRC_BYTES) {
      throw cursor.corrupt("a length within " + cursor.remaining() + " bytes", Long.toString(length));
    }
    long start = cursor.position();
    cursor.skipChecked(length);
    cursor.move(start, start + length, WHAT);
    long count = Integer.toUnsignedLong(cursor.u32());
    var names = new ArrayList<Name>();
    Name name = null;
    byte[] lastValue = {};
    for (long i = 0; i < count; i++) {
      long entryAt = cursor.position();
      requireKeyOfTwo(cursor);
      byte[] key = cursor.sizedBytes();
      byte[] value = cursor.sizedBytes();
      requireList(cursor, toc, cursor.uvarint());
      int order = name == null ? 1 : Arrays.compareUnsigned(key, name.name);
      if (order < 0 || (order == 0 && Arrays.compareUnsigned(value, lastValue) <= 0)) {
        throw cursor.corrupt("entries in ascending order", "entry " + i + " not above the one before");
      }
      if (name == null || order > 0) {
        name = new Name(key);
        names.add(name);
      }
      name.add(value, entryAt, cursor.position());
      lastValue = value;
    }
    if (cursor.remaining() > 0) {
      throw cursor.corrupt("the end after " + count + " entries", cursor.remaining() + " more bytes");
    }
    names.forEach(Name::seal);
    return new PostingsTable(file, names);
  }

  private static void requireKeyOfTwo(FileCursor cursor) throws IOException {
    int strings = cursor.u8();
    if (strings != IndexFormat.TABLE_KEY_STRINGS) {
      throw cursor.corrupt("an entry of 2 strings", strings + " strings");
    }
  }

  private static void requireList(FileCursor cursor, IndexToc toc, long list) throws IOException {
    if (list < toc.postings() || list > toc.table() - 2 * Integer.BYTES
        || list % IndexFormat.POSTINGS_ALIGNMENT != 0) {
      throw cursor.corrupt("a multiple of 4 between " + toc.postings() + " and " + toc.table(),
          Long.toUnsignedString(list));
    }
  }

  /// All label names, ascending, without the empty name that stands for all series.
  List<byte[]> names() {
    return names.stream().map(name -> name.name).filter(name -> name.length > 0).toList();
  }

  /// Number of values of a label name.
  int valueCount(byte[] name) {
    Name found = find(name);
    return found == null ? 0 : found.count;
  }

  /// Offset of the list of a pair, or −1.
  long list(byte[] name, byte[] value) throws IOException {
    var values = values(name, value);
    return values.next() && Arrays.equals(values.value(), value) ? values.list() : -1;
  }

  /// Walks the values of a label name, ascending, from the first one that is not below `from`.
  Values values(byte[] name, byte[] from) throws IOException {
    return new Values(find(name), from);
  }

  private @Nullable Name find(byte[] name) {
    int low = 0;
    int high = names.size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int order = Arrays.compareUnsigned(names.get(middle).name, name);
      if (order == 0) {
        return names.get(middle);
      }
      if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return null;
  }

  /// A label name and the samples of its values.
  private static final class Name {
    private final byte[] name;
    private byte[][] values = new byte[1][];
    private long[] entries = new long[1];
    private int samples;
    private int count;
    private long end;

    private Name(byte[] name) {
      this.name = name;
    }

    private void add(byte[] value, long entryAt, long entryEnd) {
      if (count % IndexFormat.SAMPLING == 0) {
        if (samples == values.length) {
          values = Arrays.copyOf(values, samples * 2);
          entries = Arrays.copyOf(entries, samples * 2);
        }
        values[samples] = value;
        entries[samples++] = entryAt;
      }
      count++;
      end = entryEnd;
    }

    private void seal() {
      values = Arrays.copyOf(values, samples);
      entries = Arrays.copyOf(entries, samples);
    }

    /// Offset of the sampled entry from which a walk reaches the first value not below `from`.
    private long start(byte[] from) {
      int at = Arrays.binarySearch(values, from, Arrays::compareUnsigned);
      return entries[Math.max(0, at >= 0 ? at : -at - 2)];
    }
  }

  /// A walk over the values of one name.
  final class Values {
    private final FileCursor cursor;
    private final byte[] from;
    private byte[] value = {};
    private long list;

    private Values(@Nullable Name name, byte[] from) throws IOException {
      this.from = from;
      this.cursor = new FileCursor(file, LOOKUP_BYTES);
      if (name != null) {
        cursor.move(name.start(from), name.end, WHAT);
      }
    }

    boolean next() throws IOException {
      while (cursor.remaining() > 0) {
        cursor.u8();
        cursor.skipSized();
        value = cursor.sizedBytes();
        list = cursor.uvarint();
        if (Arrays.compareUnsigned(value, from) >= 0) {
          return true;
        }
      }
      return false;
    }

    byte[] value() {
      return value;
    }

    long list() {
      return list;
    }
  }
}
