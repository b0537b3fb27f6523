package dev.marmoset.storage.index.read;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.index.PairTable;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.util.BitSet;
import java.util.function.Consumer;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// Walks a whole index and reports what contradicts the format or itself. One use, one thread.
///
/// Checked here, beyond what opening checks: every series entry, the order of series, empty names and values, padding;
/// postings in both directions (every series is in the lists of all series and of each of its labels, every list
/// holds exactly the series that carry its label); symbols that nothing uses. Memory: about 40 B per label pair.
public final class IndexVerifier {
  /// Receives every series that can be read.
  public interface SeriesVisitor {
    /// Called in the order of the file.
    void series(Labels labels, SeriesEntry entry) throws IOException;
  }

  private final IndexReader index;
  private final Consumer<Finding> findings;
  private final BitSet usedSymbols = new BitSet();
  private final PairTable pairs = new PairTable();
  private final PairSums carried = new PairSums();
  private final BitSet listed = new BitSet();
  private final RoaringBitmap visited = new RoaringBitmap();
  private Labels last = Labels.EMPTY;
  private boolean wholeWalk = true;

  /// A verification of one index.
  ///
  /// @param findings receives what is wrong
  public IndexVerifier(IndexReader index, Consumer<Finding> findings) {
    this.index = index;
    this.findings = findings;
  }

  /// Verifies.
  ///
  /// @param visitor sees every series on the way
  /// @return whether every series could be read
  /// @throws IOException if the file cannot be read, which says nothing about its bytes
  public boolean verify(SeriesVisitor visitor) throws IOException {
    RoaringBitmap all = allSeries();
    walk(all, visitor);
    compareWithAll(all);
    verifyLists();
    if (wholeWalk) {
      reportPairsWithoutList();
      reportUnusedSymbols();
    }
    return wholeWalk;
  }

  private RoaringBitmap allSeries() throws IOException {
    try {
      return index.postings().all();
    } catch (CorruptDataException e) {
      report(index.toc().postings(), String.valueOf(e.getMessage()));
      wholeWalk = false;
      return new RoaringBitmap();
    }
  }

  private void walk(RoaringBitmap all, SeriesVisitor visitor) throws IOException {
    var entry = new SeriesEntry();
    long end = index.toc().series();
    long offset = aligned(end);
    while (offset < index.toc().seriesEnd()) {
      long ref = offset / IndexFormat.SERIES_ALIGNMENT;
      try {
        requireZeros(end, offset);
        index.read(ref, entry);
        visited.add((int) ref);
        visit(offset, entry, visitor);
        end = offset + entry.entryBytes();
        offset = aligned(end);
      } catch (CorruptDataException e) {
        wholeWalk = false;
        report(offset, String.valueOf(e.getMessage()));
        offset = next(all, ref);
        end = offset;
      }
    }
  }

  /// Offset of the next series in the list of all series, to go on behind a damaged entry.
  private long next(RoaringBitmap all, long ref) {
    PeekableIntIterator refs = all.getIntIterator();
    refs.advanceIfNeeded((int) ref + 1);
    return refs.hasNext() ? Integer.toUnsignedLong(refs.next()) * IndexFormat.SERIES_ALIGNMENT
        : Long.MAX_VALUE;
  }

  private void visit(long offset, SeriesEntry entry, SeriesVisitor visitor) throws IOException {
    Labels labels = index.labels(entry);
    if (labels.isEmpty()) {
      report(offset, "series without labels");
    } else if (labels.compareTo(last) <= 0) {
      report(offset, "series " + labels + " is not after series " + last);
    }
    last = labels;
    if (entry.chunkCount() == 0) {
      report(offset, "series " + labels + " has no chunk");
    }
    int ref = (int) (offset / IndexFormat.SERIES_ALIGNMENT);
    for (int i = 0; i < entry.labelCount(); i++) {
      if (labels.valueBytes(i).length == 0) {
        report(offset, "series " + labels + " has an empty value of label " + labels.name(i));
      }
      usedSymbols.set(entry.nameOrdinal(i));
      usedSymbols.set(entry.valueOrdinal(i));
      carried.add(pairs.findOrAdd(entry.nameOrdinal(i), entry.valueOrdinal(i)), ref);
    }
    visitor.series(labels, entry);
  }

  private void requireZeros(long from, long to) throws IOException {
    byte[] padding = new byte[(int) (to - from)];
    index.file().read(from, padding, 0, padding.length, "padding before a series");
    for (byte b : padding) {
      if (b != 0) {
        report(from, "padding before the series at offset " + to + " is not zero");
        return;
      }
    }
  }

  private void compareWithAll(RoaringBitmap all) {
    RoaringBitmap missing = RoaringBitmap.andNot(visited, all);
    if (!missing.isEmpty()) {
      report(index.toc().postings(),
          missing.getCardinality() + " series are not in the list of all series, the first at offset "
              + offset(missing.first()));
    }
    RoaringBitmap surplus = RoaringBitmap.andNot(all, visited);
    if (!surplus.isEmpty()) {
      report(index.toc().postings(),
          surplus.getCardinality()
              + " refs in the list of all series are of no readable series, the first is offset "
              + offset(surplus.first()));
    }
  }

  private void verifyLists() throws IOException {
    for (byte[] name : index.labelNames()) {
      int nameOrdinal = index.symbolOrdinal(name);
      var values = index.table().values(name, new byte[0]);
      while (values.next()) {
        verifyList(name, values.value(), values.list(), nameOrdinal);
      }
    }
  }

  private void verifyList(byte[] name, byte[] value, long list, int nameOrdinal) throws IOException {
    int valueOrdinal = index.symbolOrdinal(value);
    int pair = nameOrdinal < 0 || valueOrdinal < 0 ? -1 : pairs.find(nameOrdinal, valueOrdinal);
    try {
      RoaringBitmap refs = index.postings().list(list);
      if (pair >= 0) {
        listed.set(pair);
      }
      if (wholeWalk && !carried.equal(pair, refs)) {
        report(list, "list of " + text(name, value) + " holds " + refs.getCardinality() + " series, "
            + carried.count(pair) + " carry the label; the sets differ");
      }
    } catch (CorruptDataException e) {
      if (pair >= 0) {
        listed.set(pair);
      }
      report(list, "list of " + text(name, value) + ": " + e.getMessage());
    }
  }

  private void reportPairsWithoutList() throws IOException {
    for (int pair = listed.nextClearBit(0); pair < pairs.size(); pair = listed.nextClearBit(pair + 1)) {
      long key = pairs.key(pair);
      report(index.toc().table(),
          "no list of " + text(index.symbol((int) (key >>> 32)), index.symbol((int) key)));
    }
  }

  private void reportUnusedSymbols() throws IOException {
    for (int i = usedSymbols.nextClearBit(0); i < index.symbolCount(); i = usedSymbols.nextClearBit(i + 1)) {
      byte[] symbol = index.symbol(i);
      // Blocks that Prometheus cuts from its head have an empty symbol that nothing uses.
      if (symbol.length > 0) {
        report(index.toc().symbols(),
            "symbol \"" + new String(symbol, UTF_8) + "\" is not used by any series");
      }
    }
  }

  private void report(long offset, String text) {
    findings.accept(new Finding(index.file().path(), offset, text));
  }

  private static String text(byte[] name, byte[] value) {
    return new String(name, UTF_8) + "=\"" + new String(value, UTF_8) + '"';
  }

  private static long offset(int ref) {
    return Integer.toUnsignedLong(ref) * IndexFormat.SERIES_ALIGNMENT;
  }

  private static long aligned(long offset) {
    return offset + IndexFormat.SERIES_ALIGNMENT - 1 & -IndexFormat.SERIES_ALIGNMENT;
  }
}
