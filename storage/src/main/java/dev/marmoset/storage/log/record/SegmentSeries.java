package dev.marmoset.storage.log.record;

import dev.marmoset.storage.io.ByteWriter;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.SeriesLabels;
import java.util.Arrays;

/// Numbers the head's series within one segment and collects the definitions that are still to be written. Confined to
/// the log thread.
final class SegmentSeries implements AutoCloseable {
  private final SeriesLabels labels;
  private final SymbolTable symbols = new SymbolTable();
  private final ByteWriter newSymbols = new ByteWriter(16 << 10);
  private final ByteWriter newSeries = new ByteWriter(16 << 10);
  private final ByteWriter section = new ByteWriter(16 << 10);
  private int[] numberPlusOne = new int[1024];
  private int size;
  private int newSymbolCount;
  private int newSeriesCount;

  SegmentSeries(SeriesLabels labels) {
    this.labels = labels;
  }

  /// Begins a segment.
  void clear() {
    Arrays.fill(numberPlusOne, 0);
    symbols.clear();
    size = 0;
    written();
  }

  /// How many series the segment defines.
  int size() {
    return size;
  }

  /// Number in the segment of the series with this head id; −1 when it has none yet.
  int find(int series) {
    return series < numberPlusOne.length ? numberPlusOne[series] - 1 : -1;
  }

  /// Number in the segment of the series with this head id; defines it if need be.
  int number(int series) {
    int known = find(series);
    return known >= 0 ? known : define(series);
  }

  /// States that these head ids mean no series any more: whatever they mean next is to be defined anew.
  void forget(int[] series) {
    for (int id : series) {
      if (id < numberPlusOne.length) {
        numberPlusOne[id] = 0;
      }
    }
  }

  private int define(int series) {
    if (series >= numberPlusOne.length) {
      numberPlusOne = Arrays.copyOf(numberPlusOne, Math.max(series + 1, numberPlusOne.length * 2));
    }
    Labels definition = labels.labels(series);
    newSeries.uvarint(definition.size());
    for (int i = 0; i < definition.size(); i++) {
      newSeries.uvarint(symbol(definition.nameBytes(i)));
      newSeries.uvarint(symbol(definition.valueBytes(i)));
    }
    newSeriesCount++;
    numberPlusOne[series] = ++size;
    return size - 1;
  }

  /// Number of a string in the segment; defines it if need be.
  int symbol(byte[] utf8) {
    int known = symbols.size();
    int number = symbols.number(utf8);
    if (number == known) {
      newSymbols.sizedBytes(utf8);
      newSymbolCount++;
    }
    return number;
  }

  /// Number of a string, or −1 when it is no symbol of the segment.
  int findSymbol(byte[] utf8) {
    return symbols.find(utf8);
  }

  /// Bytes of the definitions that are still to be written.
  int pendingBytes() {
    return newSymbols.size() + newSeries.size();
  }

  /// Adds the pending definitions to the record under construction.
  void writePending(RecordWriter record) {
    writeList(record, LogFormat.SYMBOLS, newSymbolCount, newSymbols);
    writeList(record, LogFormat.SERIES, newSeriesCount, newSeries);
    written();
  }

  private void writeList(RecordWriter record, int id, int count, ByteWriter elements) {
    if (count > 0) {
      section.clear();
      section.uvarint(count);
      section.bytes(elements);
      record.section(id, section);
    }
  }

  private void written() {
    newSymbols.clear();
    newSeries.clear();
    newSymbolCount = 0;
    newSeriesCount = 0;
  }

  @Override
  public void close() {
    newSymbols.close();
    newSeries.close();
    section.close();
  }
}
