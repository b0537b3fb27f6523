package dev.marmoset.ingest;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.MetricMetadata;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.labels.LabelHash;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/// A store that finds series by their bytes and forgets samples, without allocating: what ingest costs by itself.
final class LookupStorage implements Storage, Appender {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int SLOTS = 1 << 14;
  private static final CompletableFuture<CommitOutcome> DURABLE = CompletableFuture
      .completedFuture(CommitOutcome.Durable.INSTANCE);

  private final byte[][] regions = new byte[SLOTS][];
  private final long[] spelt = new long[SLOTS];
  private final long[] speltRefs = new long[SLOTS];
  private final LabelHash hash = new LabelHash(new SplittableRandom(1));
  private long checksum;

  /// Makes the samples count, so that no compiler drops them.
  long checksum() {
    return checksum;
  }

  @Override
  public Appender appender() {
    return this;
  }

  @Override
  public long minTime() {
    return 0;
  }

  @Override
  public long maxTime() {
    return Long.MAX_VALUE;
  }

  @Override
  public long find(byte[] region, int offset, int length) {
    int slot = slot(region, offset, length);
    return regions[slot] == null ? UNKNOWN : slot;
  }

  @Override
  public long find(long lowHash, byte[] region, int offset, int length) {
    return find(region, offset, length);
  }

  @Override
  public boolean isSpelt(long ref, long low) {
    return findSpelling(0, low) == ref;
  }

  @Override
  public long findSpelling(long high, long low) {
    int slot = (int) (low >>> 40) & (SLOTS - 1);
    while (spelt[slot] != low && spelt[slot] != 0) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    return spelt[slot] == low ? speltRefs[slot] : UNKNOWN;
  }

  @Override
  public void noteSpelling(long ref, long high, long low) {
    int slot = (int) (low >>> 40) & (SLOTS - 1);
    while (spelt[slot] != low && spelt[slot] != 0) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    spelt[slot] = low;
    speltRefs[slot] = ref;
  }

  @Override
  public long create(byte[] region, int offset, int length) {
    int slot = slot(region, offset, length);
    regions[slot] = Arrays.copyOfRange(region, offset, offset + length);
    return slot;
  }

  private int slot(byte[] region, int offset, int length) {
    int slot = (int) (hash(region, offset, length) >>> 40) & (SLOTS - 1);
    byte[] held = regions[slot];
    while (held != null && !Arrays.equals(held, 0, held.length, region, offset, offset + length)) {
      slot = (slot + 1) & (SLOTS - 1);
      held = regions[slot];
    }
    return slot;
  }

  private static long hash(byte[] region, int offset, int length) {
    long hash = length;
    int at = offset;
    for (; at <= offset + length - Long.BYTES; at += Long.BYTES) {
      hash = (hash ^ (long) LONG.get(region, at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32;
    }
    for (; at < offset + length; at++) {
      hash = (hash ^ region[at]) * 0x9E3779B97F4A7C15L;
    }
    return hash ^ (hash >>> 29);
  }

  @Override
  public long newestTime(long ref) {
    return Long.MIN_VALUE;
  }

  @Override
  public AppendResult append(long ref, long t, long valueBits) {
    checksum += (ref + t) ^ valueBits;
    return AppendResult.ACCEPTED;
  }

  @Override
  public AppendResult appendHistogram(long ref, long t, HistogramSample sample) {
    checksum += ref + t;
    return AppendResult.ACCEPTED;
  }

  @Override
  public AppendResult appendExemplar(long ref, long t, long valueBits, Labels labels) {
    checksum += ref + t + labels.size();
    return AppendResult.ACCEPTED;
  }

  @Override
  public void appendMetadata(MetricMetadata metadata) {
    checksum += metadata.type();
  }

  @Override
  public CompletableFuture<CommitOutcome> commit() {
    return DURABLE;
  }

  @Override
  public void close() {
    // Holds nothing.
  }

  @Override
  public LabelHash labelHash() {
    return hash;
  }

  @Override
  public Querier querier(TimeRange range) {
    throw new UnsupportedOperationException("this store forgets samples");
  }

  @Override
  public long oldestTime() {
    return Long.MAX_VALUE;
  }
}
