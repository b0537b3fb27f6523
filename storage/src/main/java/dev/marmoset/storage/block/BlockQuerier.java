package dev.marmoset.storage.block;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.ChunkSeries;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.index.read.IndexReader;
import dev.marmoset.storage.index.read.SeriesEntry;
import dev.marmoset.storage.index.read.SeriesRefs;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// Reads one block over one range. Thread-safe. Keeps the block's files open until it is closed.
final class BlockQuerier implements Querier {
  private final Block block;
  private final TimeRange range;
  private final AtomicBoolean closed = new AtomicBoolean();

  /// @param block held by one more reader, which is this querier
  BlockQuerier(Block block, TimeRange range) {
    this.block = block;
    this.range = range;
  }

  @Override
  public SeriesSet select(List<Matcher> matchers) throws IOException {
    return new Selected(block.index().select(matchers));
  }

  @Override
  public List<String> labelNames(List<Matcher> matchers) throws IOException {
    if (matchers.isEmpty() && everySeriesOverlaps()) {
      return texts(block.index().labelNames());
    }
    return ordinals(matchers, -1);
  }

  @Override
  public List<String> labelValues(String name, List<Matcher> matchers) throws IOException {
    byte[] utf8 = name.getBytes(UTF_8);
    if (matchers.isEmpty() && everySeriesOverlaps()) {
      return texts(block.index().labelValues(utf8));
    }
    int ordinal = block.index().symbolOrdinal(utf8);
    return ordinal < 0 ? List.of() : ordinals(matchers, ordinal);
  }

  /// Label names of the selected series, or the values of one label. Symbols ascend, so ordinals need no sorting.
  ///
  /// @param name ordinal of the name whose values are wanted; −1 for the names
  private List<String> ordinals(List<Matcher> matchers, int name) throws IOException {
    IndexReader index = block.index();
    var found = new BitSet();
    var entry = new SeriesEntry();
    var refs = index.select(matchers).cursor();
    while (refs.hasNext()) {
      long ref = refs.next();
      index.read(ref, entry);
      if (overlaps(entry, block.tombstones().of(ref))) {
        for (int i = 0; i < entry.labelCount(); i++) {
          if (name < 0) {
            found.set(entry.nameOrdinal(i));
          } else if (entry.nameOrdinal(i) == name) {
            found.set(entry.valueOrdinal(i));
          }
        }
      }
    }
    var symbols = new ArrayList<byte[]>();
    for (int i = found.nextSetBit(0); i >= 0; i = found.nextSetBit(i + 1)) {
      symbols.add(index.symbol(i));
    }
    return texts(symbols);
  }

  private boolean everySeriesOverlaps() {
    return range.mint() <= block.meta().minTime() && range.maxt() >= block.meta().maxTime() - 1
        && block.tombstones().count() == 0;
  }

  private boolean overlaps(SeriesEntry entry, List<TimeRange> deleted) {
    for (int i = 0; i < entry.chunkCount(); i++) {
      if (wanted(entry, i, deleted)) {
        return true;
      }
    }
    return false;
  }

  private boolean wanted(SeriesEntry entry, int i, List<TimeRange> deleted) {
    return range.overlaps(entry.minTime(i), entry.maxTime(i))
        && (deleted.isEmpty() || !Tombstones.covers(deleted, entry.minTime(i), entry.maxTime(i)));
  }

  private static List<String> texts(List<byte[]> symbols) {
    return symbols.stream().map(symbol -> new String(symbol, UTF_8)).filter(text -> !text.isEmpty()).toList();
  }

  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      block.release();
    }
  }

  /// Decodes one selected series per step.
  private final class Selected implements SeriesSet {
    private final SeriesRefs.Cursor refs;
    private final SeriesEntry entry = new SeriesEntry();
    private @Nullable BlockSeries current;

    private Selected(SeriesRefs selected) {
      this.refs = selected.cursor();
    }

    @Override
    public boolean next() throws IOException {
      while (refs.hasNext()) {
        long ref = refs.next();
        block.index().read(ref, entry);
        List<TimeRange> deleted = block.tombstones().of(ref);
        long[] chunks = chunks(deleted);
        if (chunks.length > 0) {
          current = new BlockSeries(block.chunks(), range, block.index().labels(entry), chunks, deleted);
          return true;
        }
      }
      current = null;
      return false;
    }

    private long[] chunks(List<TimeRange> deleted) {
      int n = 0;
      for (int i = 0; i < entry.chunkCount(); i++) {
        n += wanted(entry, i, deleted) ? 1 : 0;
      }
      long[] chunks = new long[3 * n];
      int at = 0;
      for (int i = 0; at < chunks.length; i++) {
        if (wanted(entry, i, deleted)) {
          chunks[at++] = entry.minTime(i);
          chunks[at++] = entry.maxTime(i);
          chunks[at++] = entry.chunkRef(i);
        }
      }
      return chunks;
    }

    @Override
    public ChunkSeries series() {
      BlockSeries series = current;
      if (series == null) {
        throw new IllegalStateException("asking for the current series where there is none");
      }
      return series;
    }
  }
}
