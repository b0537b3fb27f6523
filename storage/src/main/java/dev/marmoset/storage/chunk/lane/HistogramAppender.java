package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.BitWriter;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.Varbit;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;

/// Encodes histograms of one series and one kind into one chunk, bit for bit as Prometheus does when it gets them one
/// by one.
///
/// | part           | coding                                                                                        |
/// |----------------|-----------------------------------------------------------------------------------------------|
/// | count, flag    | BE16, then [ResetFlag] in the top two bits of a byte                                          |
/// | layout         | [LayoutCodec]                                                                                 |
/// | per sample     | time; count, zero count; sum; positive, then negative buckets                                 |
/// | time           | varbit signed, then the change of the delta (the first delta against 0)                       |
/// | sum            | 64 raw bits, then XOR                                                                         |
/// | other numbers  | [Columns]                                                                                     |
///
/// A stale sample has no buckets, and as the first one an empty layout. The caller cuts at 120 samples ([WindowEncoder]
/// does) and feeds strictly ascending times of valid samples. One thread at a time.
public final class HistogramAppender {
  private static final int SUM = 0;
  private static final HistogramSample NONE = new Histogram(ResetHint.UNKNOWN, HistogramLayout.EMPTY,
      0, 0, 0, Buckets.NONE);

  private final ChunkEncoding encoding;
  private final BitWriter bits = new BitWriter();
  private int count;
  private ResetFlag flag = ResetFlag.UNKNOWN;
  private long firstTime;
  private long lastTime;
  private long lastDelta;
  private Columns columns = new Columns.Changes(0);
  private Columns sum = new Columns.Xors(0);
  /// The last sample in the chunk's layout, unless stale; [#NONE] before the first.
  private HistogramSample last = NONE;

  /// An appender without a chunk: call [#begin] first.
  ///
  /// @throws IllegalArgumentException if the encoding is not one of histograms
  public HistogramAppender(ChunkEncoding encoding) {
    if (encoding == ChunkEncoding.XOR) {
      throw new IllegalArgumentException("opening a histogram appender for " + encoding + " chunks");
    }
    this.encoding = encoding;
  }

  /// Begins a chunk with its first sample; what was there before is forgotten.
  ///
  /// @param t time, ms
  /// @throws IllegalArgumentException if the sample is of the other kind
  public void begin(ResetFlag chunkFlag, long t, HistogramSample first) {
    requireKind(first);
    flag = chunkFlag;
    firstTime = t;
    writeFirst(t, first.isStale() ? first.canonical() : first);
  }

  /// Appends a sample if the chunk can take it.
  ///
  /// @param t time, ms, after [#lastTime()]
  /// @throws IllegalStateException if no chunk was begun, or it holds 65535 samples
  /// @throws IllegalArgumentException if the sample is of the other kind
  public AppendOutcome append(long t, HistogramSample next) {
    requireKind(next);
    if (count == 0 || count == 0xffff) {
      throw new IllegalStateException(
          "appending the sample at " + t + " ms to a " + encoding + " chunk of " + count + " samples");
    }
    return switch (AppendRule.decide(flag, last, next)) {
      case AppendRule.Decision.Keep(var sample) -> {
        writeNext(t, sample);
        yield AppendOutcome.Taken.APPENDED;
      }
      case AppendRule.Decision.Widen(var layout, var sample) -> {
        widen(layout);
        writeNext(t, sample);
        yield AppendOutcome.Taken.REENCODED;
      }
      case AppendRule.Decision.Cut(var newFlag) -> new AppendOutcome.NewChunk(newFlag);
    };
  }

  /// The flag of a chunk that begins with this sample because this chunk is full.
  public ResetFlag flagOfSuccessor(HistogramSample next) {
    requireKind(next);
    return AppendRule.flagOfSuccessor(flag, last, next);
  }

  private void requireKind(HistogramSample sample) {
    boolean ours = switch (sample) {
      case Histogram _ -> encoding == ChunkEncoding.HISTOGRAM;
      case FloatHistogram _ -> encoding == ChunkEncoding.FLOAT_HISTOGRAM;
    };
    if (!ours) {
      throw new IllegalArgumentException(
          "encoding a " + sample.getClass().getSimpleName() + " into a " + encoding + " chunk");
    }
  }

  /// Writes the chunk anew in another layout.
  private void widen(HistogramLayout layout) {
    var samples = new HistogramIterator();
    var data = data();
    samples.reset(encoding, data, 0, data.length);
    samples.next();
    writeFirst(samples.time(), samples.histogram().spreadOver(layout));
    while (samples.next()) {
      writeNext(samples.time(), samples.histogram().spreadOver(layout));
    }
  }

  private void writeFirst(long t, HistogramSample sample) {
    bits.reset();
    bits.write(flag.flagByte(), Byte.SIZE);
    LayoutCodec.write(bits, sample.layout());
    int width =
        Columns.FIRST_BUCKET + sample.buckets().positive().length + sample.buckets().negative().length;
    columns = encoding == ChunkEncoding.HISTOGRAM ? new Columns.Changes(width) : new Columns.Xors(width);
    sum = new Columns.Xors(1);
    Varbit.writeSigned(bits, t);
    columns.writeFirst(bits, Columns.COUNT, sample.count());
    columns.writeFirst(bits, Columns.ZERO_COUNT, sample.zeroCount());
    sum.writeFirst(bits, SUM, sample.sumBits());
    int column = Columns.FIRST_BUCKET;
    for (long bucket : sample.buckets().positive()) {
      columns.writeFirst(bits, column++, bucket);
    }
    for (long bucket : sample.buckets().negative()) {
      columns.writeFirst(bits, column++, bucket);
    }
    count = 1;
    lastTime = t;
    lastDelta = 0;
    last = sample;
  }

  private void writeNext(long t, HistogramSample sample) {
    long delta = t - lastTime;
    Varbit.writeSigned(bits, delta - lastDelta);
    if (sample.isStale()) {
      columns.writeStale(bits, Columns.COUNT);
      columns.writeStale(bits, Columns.ZERO_COUNT);
      sum.writeNext(bits, SUM, sample.sumBits());
    } else {
      writeNumbers(sample);
    }
    count++;
    lastTime = t;
    lastDelta = delta;
    last = sample;
  }

  private void writeNumbers(HistogramSample sample) {
    columns.writeNext(bits, Columns.COUNT, sample.count());
    columns.writeNext(bits, Columns.ZERO_COUNT, sample.zeroCount());
    sum.writeNext(bits, SUM, sample.sumBits());
    int column = Columns.FIRST_BUCKET;
    for (long bucket : sample.buckets().positive()) {
      columns.writeNext(bits, column++, bucket);
    }
    for (long bucket : sample.buckets().negative()) {
      columns.writeNext(bits, column++, bucket);
    }
  }

  /// Samples in the chunk; 0 before the first [#begin].
  public int count() {
    return count;
  }

  /// Time of the last sample, ms; meaningless while [#count()] is 0.
  public long lastTime() {
    return lastTime;
  }

  /// A chunk of the samples so far, in an array of its own. The appender can go on.
  ///
  /// @throws IllegalStateException if no chunk was begun
  public Chunk chunk() {
    if (count == 0) {
      throw new IllegalStateException("taking the chunk of a " + encoding + " appender that holds no sample");
    }
    return new Chunk(encoding, firstTime, lastTime, data());
  }

  /// A copy of the chunk's data, whatever the order of its times.
  byte[] data() {
    var data = new byte[Chunk.COUNT_BYTES + bits.byteLength()];
    data[0] = (byte) (count >>> Byte.SIZE);
    data[1] = (byte) count;
    bits.copyTo(data, Chunk.COUNT_BYTES);
    return data;
  }
}
