package dev.marmoset.storage.index.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.SealedFile;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Reads the index of a block, trusting none of its bytes. Thread-safe, as far as closing is not concerned: nobody may
/// be inside a call then.
///
/// Opening checks the table of contents, the symbols and the postings offset table as a whole; series entries and
/// postings lists are checked when they are read. In memory: every 32nd symbol offset, the label names and every 32nd of
/// their values, and the symbols looked up last.
public final class IndexReader implements Closeable {
  /// Bytes fetched for a series entry: most entries are shorter.
  private static final int ENTRY_BYTES = 256;
  /// Longest entry that is read: half a million chunks. Hostile lengths must not exhaust memory.
  private static final int MAX_ENTRY_BYTES = 16 << 20;
  private static final String SERIES = "series of the index";

  private final SealedFile file;
  private final IndexToc toc;
  private final Symbols symbols;
  private final PostingsTable table;
  private final PostingsReader postings;

  /// Opens an index.
  ///
  /// @param file passes to the reader; closed when this throws
  /// @throws CorruptDataException if the file contradicts the format
  /// @throws dev.marmoset.storage.io.UnsupportedFormatException if it has another version
  public static IndexReader open(SealedFile file) throws IOException {
    try {
      return new IndexReader(file);
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private IndexReader(SealedFile file) throws IOException {
    this.file = file;
    this.toc = IndexToc.read(file);
    this.symbols = Symbols.open(file, toc);
    this.table = PostingsTable.open(file, toc);
    this.postings = new PostingsReader(file, toc, table);
  }

  /// Selects the series that satisfy every matcher; all series when there is none.
  public SeriesRefs select(List<Matcher> matchers) throws IOException {
    return new SeriesRefs(postings.select(matchers));
  }

  /// Reads one series.
  ///
  /// @param ref  u32 from [SeriesRefs]
  /// @param into receives it
  /// @throws CorruptDataException if the entry contradicts the format
  public void read(long ref, SeriesEntry into) throws IOException {
    long offset = ref * IndexFormat.SERIES_ALIGNMENT;
    if (offset < toc.series() || offset >= toc.seriesEnd()) {
      throw new CorruptDataException(file.path(), offset, SERIES,
          "a ref between " + toc.series() + " and " + toc.seriesEnd(), Long.toString(offset));
    }
    int available = (int) Math.min(ENTRY_BYTES, toc.seriesEnd() - offset);
    file.read(offset, into.buffer, 0, available, SERIES);
    int bodyFrom = 0;
    long length = 0;
    int shift = 0;
    byte b = -1;
    while (b < 0 && bodyFrom < available && shift < Integer.SIZE) {
      b = into.buffer[bodyFrom++];
      length |= (b & 0x7FL) << shift;
      shift += 7;
    }
    long entry = bodyFrom + length + IndexFormat.CRC_BYTES;
    if (b < 0 || entry > toc.seriesEnd() - offset || entry > MAX_ENTRY_BYTES) {
      throw new CorruptDataException(file.path(), offset, SERIES, "an entry of at most "
          + Math.min(MAX_ENTRY_BYTES, toc.seriesEnd() - offset) + " bytes", entry + " bytes");
    }
    if (entry > available) {
      into.room((int) entry);
      file.read(offset, into.buffer, 0, (int) entry, SERIES);
    }
    requireChecksum(offset, into.buffer, bodyFrom, (int) length);
    into.decode(file.path(), offset, bodyFrom, (int) length, symbols.count());
  }

  private void requireChecksum(long offset, byte[] buffer, int from, int length) throws CorruptDataException {
    var crc = new CRC32C();
    crc.update(buffer, from, length);
    int at = from + length;
    int expected = (buffer[at] & 0xFF) << 24 | (buffer[at + 1] & 0xFF) << 16 | (buffer[at + 2] & 0xFF) << 8
        | (buffer[at + 3] & 0xFF);
    if (expected != (int) crc.getValue()) {
      throw new CorruptDataException(file.path(), offset, "checksum of " + SERIES, FileCursor.hex(expected),
          FileCursor.hex((int) crc.getValue()));
    }
  }

  /// The labels of a series. Their arrays are shared with other series.
  ///
  /// @throws CorruptDataException if a label has no name
  public Labels labels(SeriesEntry entry) throws IOException {
    byte[][] parts = new byte[2 * entry.labelCount()][];
    for (int i = 0; i < entry.labelCount(); i++) {
      parts[2 * i] = symbols.symbol(entry.nameOrdinal(i));
      parts[2 * i + 1] = symbols.symbol(entry.valueOrdinal(i));
    }
    if (parts.length > 0 && parts[0].length == 0) {
      throw new CorruptDataException(file.path(), toc.series(), SERIES, "label names",
          "an empty one, with value " + new String(parts[1], UTF_8));
    }
    return Labels.ofSorted(parts);
  }

  /// The symbol with this ordinal, shared.
  ///
  /// @param ordinal 0 to [#symbolCount] − 1
  public byte[] symbol(int ordinal) throws IOException {
    return symbols.symbol(ordinal);
  }

  /// The ordinal of a symbol, or −1 when no series has it.
  public int symbolOrdinal(byte[] symbol) throws IOException {
    return symbols.find(symbol);
  }

  /// Number of symbols; they ascend.
  public int symbolCount() {
    return symbols.count();
  }

  /// All label names, ascending, shared.
  public List<byte[]> labelNames() {
    return table.names();
  }

  /// Number of values of a label.
  public int valueCount(byte[] name) {
    return table.valueCount(name);
  }

  /// All values of a label, ascending.
  public List<byte[]> labelValues(byte[] name) throws IOException {
    var all = new ArrayList<byte[]>();
    var values = table.values(name, new byte[0]);
    while (values.next()) {
      all.add(values.value());
    }
    return all;
  }

  /// Size of the index in bytes.
  public long bytes() {
    return file.size();
  }

  SealedFile file() {
    return file;
  }

  IndexToc toc() {
    return toc;
  }

  PostingsTable table() {
    return table;
  }

  PostingsReader postings() {
    return postings;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
