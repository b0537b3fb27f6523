package dev.marmoset.storage.index.write;

import dev.marmoset.storage.index.IndexFormat;
import dev.marmoset.storage.io.ScratchFile;
import dev.marmoset.storage.io.SequentialOutput;
import dev.marmoset.storage.labels.Labels;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/// Writes the index of a block from its series in label order. Confined to one thread.
///
/// The symbols come first in the file and are known last, so series wait in a scratch file until [#finish]. Memory is
/// the symbols, about 70 B per label pair, and a fixed number of postings; it does not grow with series, chunks or
/// samples. [IndexFormat] tells what comes out.
public final class IndexWriter implements Closeable {
  /// Refs of postings in memory: 8 MiB. With ten labels per series, one walk over the spilled series per 190,000 series;
  /// the first of them also writes the series.
  static final int POSTINGS_BUDGET = 1 << 21;

  private final SequentialOutput out;
  private final SeriesSpill spill;
  private final int postingsBudget;
  private final LabelPairs pairs = new LabelPairs();
  private final ByteSink chunkBytes = new ByteSink();
  private Labels last = Labels.EMPTY;
  private long lastRef;
  private int seriesCount;
  private int largestEntry;

  /// A writer of one index.
  ///
  /// @param out     at its beginning; stays with the caller, who forces and closes it
  /// @param scratch where series wait; passes to the writer, which deletes it when closed
  public IndexWriter(SequentialOutput out, ScratchFile scratch) {
    this(out, scratch, POSTINGS_BUDGET);
  }

  IndexWriter(SequentialOutput out, ScratchFile scratch, int postingsBudget) {
    this.out = out;
    this.spill = new SeriesSpill(scratch);
    this.postingsBudget = postingsBudget;
  }

  /// Adds a series.
  ///
  /// @param labels not empty, without empty values, after those of the series before
  /// @param chunks at least one; ascending and disjoint in time; refs not below those added before
  /// @throws IllegalArgumentException if labels or chunks break these rules
  /// @throws IOException if scratch does not take the series
  public void add(Labels labels, List<ChunkMeta> chunks) throws IOException {
    requireNext(labels);
    encode(labels, chunks);
    spill.add(pairs.add(labels), labels.size(), chunkBytes);
    last = labels;
    seriesCount++;
  }

  private void requireNext(Labels labels) {
    if (labels.compareTo(last) <= 0) {
      throw new IllegalArgumentException(
          "writing an index: series " + labels + " is not after series " + last);
    }
    for (int i = 0; i < labels.size(); i++) {
      if (labels.valueBytes(i).length == 0) {
        throw new IllegalArgumentException(
            "writing an index: series " + labels + " has an empty value of label " + labels.name(i));
      }
    }
  }

  private void encode(Labels labels, List<ChunkMeta> chunks) {
    if (chunks.isEmpty()) {
      throw new IllegalArgumentException("writing an index: series " + labels + " has no chunk");
    }
    chunkBytes.clear();
    chunkBytes.uvarint(chunks.size());
    ChunkMeta previous = chunks.getFirst();
    requireRef(labels, previous);
    chunkBytes.varint(previous.minTime());
    chunkBytes.uvarint(previous.maxTime() - previous.minTime());
    chunkBytes.uvarint(previous.ref());
    for (ChunkMeta chunk : chunks.subList(1, chunks.size())) {
      if (chunk.minTime() <= previous.maxTime()) {
        throw new IllegalArgumentException(
            "writing an index: series " + labels + " has " + chunk + " after " + previous);
      }
      requireRef(labels, chunk);
      chunkBytes.uvarint(chunk.minTime() - previous.maxTime());
      chunkBytes.uvarint(chunk.maxTime() - chunk.minTime());
      chunkBytes.varint(chunk.ref() - previous.ref());
      previous = chunk;
    }
  }

  private void requireRef(Labels labels, ChunkMeta chunk) {
    if (chunk.ref() < lastRef) {
      throw new IllegalArgumentException(
          "writing an index: series " + labels + " has " + chunk + " before ref " + lastRef);
    }
    lastRef = chunk.ref();
  }

  /// Writes the index. To be called once, after the last series.
  ///
  /// @throws IOException if the output does not take it, scratch cannot be read, or a section exceeds what the format can name
  public void finish() throws IOException {
    pairs.seal();
    out.u32(IndexFormat.MAGIC);
    out.u8(IndexFormat.VERSION);
    writeSymbols();
    long series = out.position();
    int[] sorted = pairs.sorted();
    var lists = new PostingsSection(out, () -> new SeriesPass(pairs, spill, series), pairs, sorted,
        seriesCount, postingsBudget);
    writeSeries(series, lists);
    long postings = out.position();
    long[] offsets = lists.write();
    long table = out.position();
    writeTable(sorted, offsets);
    writeToc(series, postings, table);
  }

  /// Number of series added.
  public int seriesCount() {
    return seriesCount;
  }

  /// Bytes of the largest series entry, rounded up to where the next one may begin. Known after [#finish].
  public int largestEntry() {
    return largestEntry;
  }

  private void writeSymbols() throws IOException {
    byte[][] symbols = pairs.sortedSymbols();
    long length = Integer.BYTES;
    for (byte[] symbol : symbols) {
      length += SequentialOutput.uvarintBytes(symbol.length) + symbol.length;
    }
    writeSectionStart("symbol table", length, symbols.length);
    for (byte[] symbol : symbols) {
      out.sizedBytes(symbol);
    }
    out.endCrc();
  }

  private void writeSeries(long section, PostingsSection lists) throws IOException {
    var pass = new SeriesPass(pairs, spill, section);
    while (pass.next()) {
      pass.write(out);
      lists.take(pass);
      largestEntry = Math.max(largestEntry, pass.entryBytes());
    }
    largestEntry = largestEntry + IndexFormat.SERIES_ALIGNMENT - 1 & -IndexFormat.SERIES_ALIGNMENT;
  }

  private void writeTable(int[] sorted, long[] lists) throws IOException {
    byte[] all = {};
    long length = Integer.BYTES + entryBytes(all, all, lists[0]);
    for (int i = 0; i < sorted.length; i++) {
      length += entryBytes(pairs.name(sorted[i]), pairs.value(sorted[i]), lists[i + 1]);
    }
    writeSectionStart("postings offset table", length, lists.length);
    writeEntry(all, all, lists[0]);
    for (int i = 0; i < sorted.length; i++) {
      writeEntry(pairs.name(sorted[i]), pairs.value(sorted[i]), lists[i + 1]);
    }
    out.endCrc();
  }

  private static long entryBytes(byte[] name, byte[] value, long offset) {
    return Byte.BYTES + SequentialOutput.uvarintBytes(name.length) + name.length
        + SequentialOutput.uvarintBytes(value.length) + value.length
        + SequentialOutput.uvarintBytes(offset);
  }

  private void writeEntry(byte[] name, byte[] value, long offset) throws IOException {
    out.u8(IndexFormat.TABLE_KEY_STRINGS);
    out.sizedBytes(name);
    out.sizedBytes(value);
    out.uvarint(offset);
  }

  private void writeSectionStart(String section, long length, int count) throws IOException {
    if (length > 0xFFFF_FFFFL) {
      throw new IOException("writing the index of a block: its " + section + " takes " + length
          + " bytes, the format allows 4 GiB");
    }
    out.u32((int) length);
    out.startCrc();
    out.u32(count);
  }

  private void writeToc(long series, long postings, long table) throws IOException {
    out.startCrc();
    out.u64(IndexFormat.SYMBOLS_OFFSET);
    out.u64(series);
    out.u64(postings);
    out.u64(table);
    out.u64(postings);
    out.u64(table);
    out.endCrc();
  }

  @Override
  public void close() throws IOException {
    spill.close();
  }
}
