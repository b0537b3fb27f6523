package dev.marmoset.storage.head;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.chunk.XorAppender;
import dev.marmoset.storage.chunk.XorIterator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Merges the late rows of a window into its chunks: one lane, cut anew by the rule of [ChunkCut].
///
/// Chunks that end before the first late sample pass through as they are, which they may because the cut counts from
/// the window's start.
final class LaneMerge {
  private final XorAppender appender = new XorAppender();
  private final List<Chunk> lane = new ArrayList<>();

  private LaneMerge() {
  }

  /// @param chunks chunks of the window, ascending and disjoint
  /// @param rows   late rows of the window, ascending, at least one
  /// @throws IOException if a chunk is damaged
  static List<Chunk> merge(List<Chunk> chunks, List<LateRow> rows) throws IOException {
    var merge = new LaneMerge();
    long firstLate = rows.getFirst().t();
    int from = 0;
    while (from < chunks.size() && passes(chunks.get(from), firstLate)) {
      merge.lane.add(chunks.get(from++));
    }
    merge.merge(chunks.subList(from, chunks.size()).iterator(), rows);
    return merge.lane;
  }

  private static boolean passes(Chunk chunk, long firstLate) {
    return chunk.sampleCount() == ChunkCut.MAX_SAMPLES && chunk.maxTime() < firstLate;
  }

  private void merge(java.util.Iterator<Chunk> chunks, List<LateRow> rows) throws IOException {
    int row = 0;
    while (chunks.hasNext()) {
      Chunk chunk = chunks.next();
      var samples = new XorIterator().reset(chunk.data(), 0, chunk.data().length);
      while (samples.next()) {
        while (row < rows.size() && rows.get(row).t() < samples.time()) {
          add(rows.get(row).t(), rows.get(row).value());
          row++;
        }
        boolean conflict = row < rows.size() && rows.get(row).t() == samples.time();
        add(samples.time(), conflict ? ConflictRule.winner(rows.get(row++).value(), samples.valueBits()) : samples.valueBits());
      }
      if (samples.corruption().isPresent()) {
        throw new IOException("merging late samples into a chunk of the head: " + samples.corruption().get());
      }
    }
    for (; row < rows.size(); row++) {
      add(rows.get(row).t(), rows.get(row).value());
    }
    cut();
  }

  private void add(long t, long valueBits) {
    if (appender.count() == ChunkCut.MAX_SAMPLES) {
      cut();
    }
    appender.append(t, valueBits);
  }

  private void cut() {
    if (appender.count() > 0) {
      lane.add(appender.chunk());
      appender.reset();
    }
  }
}
