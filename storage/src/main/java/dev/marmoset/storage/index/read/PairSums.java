package dev.marmoset.storage.index.read;

import java.util.Arrays;
import org.roaringbitmap.PeekableIntIterator;
import org.roaringbitmap.RoaringBitmap;

/// The series that carry each label pair, as a count and a sum of hashes: two sets with equal count and sum are equal,
/// but for a chance of 2⁻⁶⁴ by accident. 12 B per pair instead of the sets themselves.
final class PairSums {
  private int[] counts = new int[1024];
  private long[] sums = new long[1024];

  void add(int pair, int ref) {
    if (pair >= counts.length) {
      int length = Math.max(pair + 1, counts.length * 2);
      counts = Arrays.copyOf(counts, length);
      sums = Arrays.copyOf(sums, length);
    }
    counts[pair]++;
    sums[pair] += hash(ref);
  }

  /// Number of series of a pair; −1 is a pair that no series carries.
  int count(int pair) {
    return pair < 0 ? 0 : counts[pair];
  }

  boolean equal(int pair, RoaringBitmap refs) {
    if (refs.getCardinality() != count(pair)) {
      return false;
    }
    long sum = 0;
    PeekableIntIterator each = refs.getIntIterator();
    while (each.hasNext()) {
      sum += hash(each.next());
    }
    return pair < 0 || sum == sums[pair];
  }

  /// Finalizer of SplitMix64: every bit of the ref reaches every bit of the hash.
  private static long hash(int ref) {
    long h = (ref + 1L) * 0x9E3779B97F4A7C15L;
    h = (h ^ h >>> 30) * 0xBF58476D1CE4E5B9L;
    h = (h ^ h >>> 27) * 0x94D049BB133111EBL;
    return h ^ h >>> 31;
  }
}
