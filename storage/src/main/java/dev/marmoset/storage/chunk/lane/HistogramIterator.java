package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.BitReader;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.Varbit;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A cursor over the samples of one chunk of integer or float histograms.
///
/// `while (it.next()) use(it.time(), it.histogram());` and then [#corruption()]: next answers false both at the end and
/// where the data is unreadable. Whatever the bytes are, nothing is thrown, at most 65535 samples come out, and what is
/// allocated per sample is bounded by the bits of the data. Samples come in the layout of the chunk, empty buckets
/// included. Reusable; one thread at a time.
public final class HistogramIterator {
  private static final int HEADER_BYTES = 3;
  private static final int SUM = 0;

  private final BitReader bits = new BitReader();
  private ChunkEncoding encoding = ChunkEncoding.HISTOGRAM;
  private ResetFlag flag = ResetFlag.UNKNOWN;
  private int count;
  private int read;
  private HistogramLayout layout = HistogramLayout.EMPTY;
  private int positives;
  private int negatives;
  private Columns columns = new Columns.Changes(0);
  private Columns sum = new Columns.Xors(0);
  private long time;
  private long delta;
  private @Nullable HistogramSample current;
  private @Nullable String corruption;

  /// A cursor over nothing.
  public HistogramIterator() {}

  /// Starts over on the chunk in a part of an array, which the iterator borrows until the next reset.
  ///
  /// @param offset where the BE16 sample count is
  /// @throws IllegalArgumentException if the encoding is not one of histograms
  /// @throws IndexOutOfBoundsException if the part does not lie inside the array
  public HistogramIterator reset(ChunkEncoding chunkEncoding, byte[] data, int offset, int length) {
    if (chunkEncoding == ChunkEncoding.XOR) {
      throw new IllegalArgumentException("opening a histogram iterator on an " + chunkEncoding + " chunk");
    }
    encoding = chunkEncoding;
    bits.reset(data, offset, length);
    count = (int) bits.read(Short.SIZE);
    flag = ResetFlag.of((int) bits.read(Byte.SIZE));
    read = 0;
    current = null;
    corruption = null;
    if (bits.failed()) {
      count = 0;
      corruption = "decoding a " + encoding + " chunk: " + length
          + " bytes cannot hold its header, which takes " + HEADER_BYTES;
    }
    return this;
  }

  /// Number of samples the chunk says it holds.
  public int sampleCount() {
    return count;
  }

  /// What the chunk says about a counter reset before its first sample.
  ///
  /// Whether a reset was found by comparing or announced by the sender is not told apart in a chunk. Who encodes anew
  /// and knows that it was announced has to put the hint back.
  public ResetFlag flag() {
    return flag;
  }

  /// Moves to the next sample; false at the end and where the data is corrupt.
  public boolean next() {
    if (read >= count) {
      return false;
    }
    var sample = read == 0 ? readFirst() : readNext();
    read++;
    if (bits.failed()) {
      corruption = "decoding a " + encoding + " chunk: sample " + read + " of " + count
          + " reaches beyond the data or has a layout or window that no encoder writes";
      read = count;
      return false;
    }
    current = sample;
    return true;
  }

  private HistogramSample readFirst() {
    layout = LayoutCodec.read(bits);
    positives = (int) layout.positive().bucketCount();
    negatives = (int) layout.negative().bucketCount();
    int width = Columns.FIRST_BUCKET + positives + negatives;
    columns = encoding == ChunkEncoding.HISTOGRAM ? new Columns.Changes(width) : new Columns.Xors(width);
    sum = new Columns.Xors(1);
    delta = 0;
    time = Varbit.readSigned(bits);
    long observations = columns.readFirst(bits, Columns.COUNT);
    long zeroCount = columns.readFirst(bits, Columns.ZERO_COUNT);
    long sumBits = sum.readFirst(bits, SUM);
    var positive = new long[positives];
    var negative = new long[negatives];
    for (int i = 0; i < positives; i++) {
      positive[i] = columns.readFirst(bits, Columns.FIRST_BUCKET + i);
    }
    for (int i = 0; i < negatives; i++) {
      negative[i] = columns.readFirst(bits, Columns.FIRST_BUCKET + positives + i);
    }
    return sample(observations, zeroCount, sumBits, new Buckets(positive, negative));
  }

  private HistogramSample readNext() {
    delta += Varbit.readSigned(bits);
    time += delta;
    long observations = columns.readNext(bits, Columns.COUNT);
    long zeroCount = columns.readNext(bits, Columns.ZERO_COUNT);
    long sumBits = sum.readNext(bits, SUM);
    if (sumBits == HistogramSample.STALE_SUM_BITS || bits.failed()) {
      return sample(0, 0, sumBits, Buckets.NONE);
    }
    var positive = new long[positives];
    var negative = new long[negatives];
    for (int i = 0; i < positives; i++) {
      positive[i] = columns.readNext(bits, Columns.FIRST_BUCKET + i);
    }
    for (int i = 0; i < negatives; i++) {
      negative[i] = columns.readNext(bits, Columns.FIRST_BUCKET + positives + i);
    }
    return sample(observations, zeroCount, sumBits, new Buckets(positive, negative));
  }

  private HistogramSample sample(long observations, long zeroCount, long sumBits, Buckets buckets) {
    boolean stale = sumBits == HistogramSample.STALE_SUM_BITS;
    var where = stale ? HistogramLayout.EMPTY : layout;
    long counted = stale ? 0 : observations;
    long zeros = stale ? 0 : zeroCount;
    var numbers = stale ? Buckets.NONE : buckets;
    return encoding == ChunkEncoding.HISTOGRAM
        ? new Histogram(hint(), where, counted, zeros, sumBits, numbers)
        : new FloatHistogram(hint(), where, counted, zeros, sumBits, numbers);
  }

  /// The first sample of a counter chunk is unknown whatever the flag says: the chunk before may be gone, or a later
  /// one come between.
  private ResetHint hint() {
    if (flag == ResetFlag.GAUGE) {
      return ResetHint.GAUGE;
    }
    return read == 0 ? ResetHint.UNKNOWN : ResetHint.NOT_RESET;
  }

  /// Time of the current sample, ms.
  public long time() {
    return time;
  }

  /// The current sample.
  ///
  /// @throws IllegalStateException before the first [#next()]
  public HistogramSample histogram() {
    if (current == null) {
      throw new IllegalStateException("asking a histogram iterator for a sample before the first one");
    }
    return current;
  }

  /// Why [#next()] stopped before the stated number of samples; empty if it did not.
  public Optional<String> corruption() {
    return Optional.ofNullable(corruption);
  }
}
