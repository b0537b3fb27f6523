package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The union of several lanes of one series: each sample once, conflicts decided by [ConflictRule], cut anew by the
/// rule of [ChunkCut].
///
/// Windows that only one lane has pass through untouched, and so do full float chunks before the first sample of the
/// others, which they may because the cut counts from the window's start. The result is a function of the samples alone.
public final class LaneUnion {
  private LaneUnion() {}

  /// Merges lanes.
  ///
  /// @param lanes each ascending and disjoint, its chunks within one window each
  /// @return ascending and disjoint
  /// @throws IOException if a chunk that has to be decoded is damaged
  public static List<Chunk> merge(List<List<Chunk>> lanes) throws IOException {
    if (lanes.size() == 1) {
      return lanes.getFirst();
    }
    var merged = new ArrayList<Chunk>();
    int[] at = new int[lanes.size()];
    while (true) {
      long window = firstWindow(lanes, at);
      var rivals = new ArrayList<List<Chunk>>(lanes.size());
      for (int i = 0; i < at.length; i++) {
        int from = at[i];
        while (at[i] < lanes.get(i).size() && windowOf(lanes.get(i).get(at[i])) == window) {
          at[i]++;
        }
        if (from < at[i]) {
          rivals.add(lanes.get(i).subList(from, at[i]));
        }
      }
      if (rivals.isEmpty()) {
        return merged;
      }
      mergeWindow(rivals, merged);
    }
  }

  private static long windowOf(Chunk chunk) {
    return ChunkCut.windowStart(chunk.minTime());
  }

  private static long firstWindow(List<List<Chunk>> lanes, int[] at) {
    long first = Long.MAX_VALUE;
    for (int i = 0; i < at.length; i++) {
      if (at[i] < lanes.get(i).size()) {
        first = Math.min(first, windowOf(lanes.get(i).get(at[i])));
      }
    }
    return first;
  }

  private static void mergeWindow(List<List<Chunk>> rivals, List<Chunk> target) throws IOException {
    List<Chunk> one = rivals.getFirst();
    if (rivals.stream().allMatch(one::equals)) {
      target.addAll(one);
      return;
    }
    var rest = new ArrayList<LaneSamples>(rivals.size());
    for (List<Chunk> rival : rivals) {
      int passed = passing(rival, rivals);
      target.addAll(rival.subList(0, passed));
      var samples = new LaneSamples(rival.subList(passed, rival.size()));
      if (samples.next()) {
        rest.add(samples);
      }
    }
    target.addAll(encode(rest));
  }

  /// How many chunks at the beginning of a lane need no merging.
  private static int passing(List<Chunk> lane, List<List<Chunk>> rivals) {
    long firstOfOthers = Long.MAX_VALUE;
    for (List<Chunk> other : rivals) {
      if (other != lane) {
        firstOfOthers = Math.min(firstOfOthers, other.getFirst().minTime());
      }
    }
    int n = 0;
    while (n < lane.size() && passes(lane.get(n), firstOfOthers)) {
      n++;
    }
    return n;
  }

  private static boolean passes(Chunk chunk, long firstOfOthers) {
    return chunk.encoding() == ChunkEncoding.XOR && chunk.sampleCount() == ChunkCut.MAX_SAMPLES
        && chunk.maxTime() < firstOfOthers;
  }

  private static List<Chunk> encode(List<LaneSamples> rest) throws IOException {
    var encoder = new WindowEncoder();
    while (!rest.isEmpty()) {
      LaneSamples winner = rest.getFirst();
      for (int i = 1; i < rest.size(); i++) {
        winner = earlierOrWinner(winner, rest.get(i));
      }
      long t = winner.time();
      winner.feed(encoder);
      for (int i = rest.size() - 1; i >= 0; i--) {
        if (rest.get(i).time() == t && !rest.get(i).next()) {
          rest.remove(i);
        }
      }
    }
    return encoder.finish();
  }

  private static LaneSamples earlierOrWinner(LaneSamples a, LaneSamples b) {
    if (a.time() != b.time()) {
      return a.time() < b.time() ? a : b;
    }
    int rankA = a.rank();
    int rankB = b.rank();
    if (rankA != rankB) {
      return rankA > rankB ? a : b;
    }
    HistogramSample left = a.histogram();
    HistogramSample right = b.histogram();
    if (left == null || right == null) {
      return ConflictRule.winner(a.valueBits(), b.valueBits()) == a.valueBits() ? a : b;
    }
    return HistogramOrder.compare(HistogramOrder.canonicalBytes(left),
        HistogramOrder.canonicalBytes(right)) >= 0 ? a : b;
  }
}
