package dev.marmoset.storage.head.late;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.chunk.lane.WindowEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Merges the late rows of a window into its chunks: one lane, cut anew by the rule of [ChunkCut].
///
/// Chunks that end before the first late sample pass through as they are, which they may because the cut counts from
/// the window's start.
public final class LaneMerge {
  private final WindowEncoder encoder = new WindowEncoder();
  private final List<LateRow> rows;
  private final HistogramScratch histograms;
  private int row;

  private LaneMerge(List<LateRow> rows, HistogramScratch histograms) {
    this.rows = rows;
    this.histograms = histograms;
  }

  /// @param chunks     XOR chunks of the window, ascending and disjoint
  /// @param rows       late rows of the window, ascending, at least one
  /// @param histograms where the rows' histograms are
  /// @throws IOException if a chunk is damaged or scratch does not give a histogram
  public static List<Chunk> merge(List<Chunk> chunks, List<LateRow> rows, HistogramScratch histograms)
      throws IOException {
    var lane = new ArrayList<Chunk>();
    long firstLate = rows.getFirst().t();
    int from = 0;
    while (from < chunks.size() && passes(chunks.get(from), firstLate)) {
      lane.add(chunks.get(from++));
    }
    lane.addAll(new LaneMerge(rows, histograms).encode(chunks.subList(from, chunks.size())));
    return lane;
  }

  private static boolean passes(Chunk chunk, long firstLate) {
    return chunk.sampleCount() == ChunkCut.MAX_SAMPLES && chunk.maxTime() < firstLate;
  }

  private List<Chunk> encode(List<Chunk> chunks) throws IOException {
    var samples = new XorIterator();
    for (Chunk chunk : chunks) {
      samples.reset(chunk.data(), 0, chunk.data().length);
      while (samples.next()) {
        addRowsBefore(samples.time());
        addSample(samples.time(), samples.valueBits());
      }
      if (samples.corruption().isPresent()) {
        throw new IOException("merging late samples into a chunk of the head: " + samples.corruption().get());
      }
    }
    addRowsBefore(Long.MAX_VALUE);
    return encoder.finish();
  }

  private void addRowsBefore(long t) throws IOException {
    while (row < rows.size() && rows.get(row).t() < t) {
      addRow(rows.get(row++));
    }
  }

  private void addSample(long t, long valueBits) throws IOException {
    if (row == rows.size() || rows.get(row).t() != t) {
      encoder.add(t, valueBits);
      return;
    }
    LateRow rival = rows.get(row++);
    if (rival.kind() == LateRow.FLOAT) {
      encoder.add(t, ConflictRule.winner(rival.value(), valueBits));
    } else if (histograms.rank(rival) > ConflictRule.rank(valueBits)) {
      addRow(rival);
    } else {
      encoder.add(t, valueBits);
    }
  }

  private void addRow(LateRow late) throws IOException {
    if (late.kind() == LateRow.FLOAT) {
      encoder.add(late.t(), late.value());
    } else {
      encoder.add(late.t(), histograms.read(late.value()));
    }
  }
}
