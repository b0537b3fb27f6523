package dev.marmoset.storage.log.column;

import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import dev.marmoset.storage.io.ByteReader;
import dev.marmoset.storage.io.ByteWriter;

/// The body of one histogram sample in the log:
/// ```
/// flags (u8)            bits 0-1 reset hint, bit 2 float
/// schema (zz)
/// zero threshold, zero count, count, sum      8 bytes each; counts are u64, or float bits if float
/// positive spans, negative spans              lists of (zz offset, uv length)
/// custom bounds                               list of 8 bytes each
/// positive buckets, negative buckets          lists of zz deltas, or of 8 bytes each if float
/// ```
/// Nothing is interpreted: what was logged comes back bit for bit.
public final class HistogramCodec {
  private static final int HINT_MASK = 3;
  private static final int FLOAT = 4;

  private HistogramCodec() {}

  /// Appends a histogram as the class comment shows it.
  public static void write(ByteWriter out, HistogramSample sample) {
    boolean isFloat = switch (sample) {
      case Histogram _ -> false;
      case FloatHistogram _ -> true;
    };
    HistogramLayout layout = sample.layout();
    out.u8(sample.resetHint().id() | (isFloat ? FLOAT : 0));
    out.zigzag(layout.schema());
    out.u64(layout.zeroThresholdBits());
    out.u64(sample.zeroCount());
    out.u64(sample.count());
    out.u64(sample.sumBits());
    writeSpans(out, layout.positive());
    writeSpans(out, layout.negative());
    writeNumbers(out, layout.customBounds(), true);
    writeNumbers(out, sample.buckets().positive(), isFloat);
    writeNumbers(out, sample.buckets().negative(), isFloat);
  }

  private static void writeSpans(ByteWriter out, Spans spans) {
    out.uvarint(spans.count());
    for (int i = 0; i < spans.count(); i++) {
      out.zigzag(spans.offset(i));
      out.uvarint(spans.length(i));
    }
  }

  private static void writeNumbers(ByteWriter out, long[] numbers, boolean raw) {
    out.uvarint(numbers.length);
    for (long number : numbers) {
      if (raw) {
        out.u64(number);
      } else {
        out.zigzag(number);
      }
    }
  }

  /// Reads one body; after an error, which is latched in `in`, the answer means nothing.
  public static HistogramSample read(ByteReader in) {
    int flags = in.u8();
    if (flags > (HINT_MASK | FLOAT)) {
      in.fail("histogram flags " + flags);
    }
    boolean isFloat = (flags & FLOAT) != 0;
    ResetHint hint = ResetHint.byId(flags & HINT_MASK).orElseThrow();
    int schema = readInt(in);
    long zeroThreshold = in.u64();
    long zeroCount = in.u64();
    long count = in.u64();
    long sum = in.u64();
    Spans positive = readSpans(in);
    Spans negative = readSpans(in);
    long[] bounds = readNumbers(in, true);
    var layout = new HistogramLayout(schema, zeroThreshold, positive, negative, bounds);
    long[] positiveBuckets = readNumbers(in, isFloat);
    var buckets = new Buckets(positiveBuckets, readNumbers(in, isFloat));
    if (in.remaining() > 0) {
      in.fail("histogram is followed by " + in.remaining() + " bytes");
    }
    return isFloat
        ? new FloatHistogram(hint, layout, count, zeroCount, sum, buckets)
        : new Histogram(hint, layout, count, zeroCount, sum, buckets);
  }

  private static Spans readSpans(ByteReader in) {
    int[] pairs = new int[2 * in.elements(2)];
    for (int i = 0; i < pairs.length; i += 2) {
      pairs[i] = readInt(in);
      long length = in.uvarint();
      if (length >>> Integer.SIZE != 0) {
        in.fail("span of " + Long.toUnsignedString(length) + " buckets");
      }
      pairs[i + 1] = (int) length;
    }
    return Spans.of(pairs);
  }

  private static int readInt(ByteReader in) {
    long value = in.zigzag();
    if (value != (int) value) {
      in.fail("number " + value + " outside 32 bits");
      return 0;
    }
    return (int) value;
  }

  private static long[] readNumbers(ByteReader in, boolean raw) {
    long[] numbers = new long[in.elements(raw ? Long.BYTES : 1)];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = raw ? in.u64() : in.zigzag();
    }
    return numbers;
  }
}
