package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.BitReader;
import dev.marmoset.storage.chunk.BitWriter;
import dev.marmoset.storage.chunk.Varbit;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.Spans;

/// The layout at the beginning of a histogram chunk's bit stream (`tsdb/chunkenc/histogram_meta.go` of Prometheus
/// 3.14).
///
/// | field           | coding |
/// |-----------------|--------|
/// | zero threshold  | byte 0: 0.0; byte b of 1 … 254: 2^(b − 244); byte 255: 64 raw bits follow |
/// | schema          | varbit, signed |
/// | positive spans  | varbit unsigned number of spans; each: varbit unsigned length, varbit signed offset |
/// | negative spans  | likewise |
/// | custom bounds   | schema −53 only: varbit unsigned number; each: varbit unsigned thousandths + 1, or 0 and 64 bits |
final class LayoutCodec {
  private static final int RAW_THRESHOLD = 255;
  /// Threshold byte of 2^0.
  private static final int THRESHOLD_ONE = 244;
  private static final int MIN_THRESHOLD_EXPONENT = 1 - THRESHOLD_ONE;
  private static final int MAX_THRESHOLD_EXPONENT = 10;
  private static final long FRACTION_MASK = (1L << 52) - 1;
  /// Largest bound, in thousandths, that takes the short form.
  private static final double MAX_SHORT_BOUND = 33_554_430;
  /// Spans, bounds or buckets of a layout at most. Ours: the 2^20 buckets of both sides at schema 8 are fewer, and
  /// arrays stay small.
  private static final long MAX_THINGS = 1L << 24;
  private static final int MIN_SCHEMA = -9;
  private static final int MAX_SCHEMA = 52;

  private LayoutCodec() {}

  /// Appends a layout.
  static void write(BitWriter bits, HistogramLayout layout) {
    writeThreshold(bits, layout.zeroThresholdBits());
    Varbit.writeSigned(bits, layout.schema());
    writeSpans(bits, layout.positive());
    writeSpans(bits, layout.negative());
    if (layout.schema() == HistogramLayout.CUSTOM_SCHEMA) {
      Varbit.writeUnsigned(bits, layout.customBounds().length);
      for (long bound : layout.customBounds()) {
        writeBound(bits, bound);
      }
    }
  }

  private static void writeThreshold(BitWriter bits, long thresholdBits) {
    double threshold = Double.longBitsToDouble(thresholdBits);
    int exponent = Math.getExponent(threshold);
    if (threshold == 0) {
      bits.write(0, Byte.SIZE);
    } else if (threshold > 0 && (thresholdBits & FRACTION_MASK) == 0 && exponent >= MIN_THRESHOLD_EXPONENT
        && exponent <= MAX_THRESHOLD_EXPONENT) {
      bits.write(exponent + THRESHOLD_ONE, Byte.SIZE);
    } else {
      bits.write(RAW_THRESHOLD, Byte.SIZE);
      bits.write(thresholdBits, Long.SIZE);
    }
  }

  private static void writeSpans(BitWriter bits, Spans spans) {
    Varbit.writeUnsigned(bits, spans.count());
    for (int i = 0; i < spans.count(); i++) {
      Varbit.writeUnsigned(bits, spans.length(i));
      Varbit.writeSigned(bits, spans.offset(i));
    }
  }

  private static void writeBound(BitWriter bits, long boundBits) {
    double bound = Double.longBitsToDouble(boundBits);
    double thousandths = bound * 1000;
    // Go rounds half away from zero; for what is not negative that is this.
    double whole = Math.floor(thousandths + 0.5);
    if (thousandths >= 0 && thousandths <= MAX_SHORT_BOUND && whole / 1000 == bound) {
      Varbit.writeUnsigned(bits, (long) whole + 1);
    } else {
      bits.write(0, 1);
      bits.write(boundBits, Long.SIZE);
    }
  }

  /// Reads a layout. What no writer writes fails the reader and answers [HistogramLayout#EMPTY]: unknown schemas, spans
  /// that fall back or leave the range, and more spans, bounds or buckets than the rest of the data has bits.
  static HistogramLayout read(BitReader bits) {
    long threshold = readThreshold(bits);
    long schema = Varbit.readSigned(bits);
    boolean custom = schema == HistogramLayout.CUSTOM_SCHEMA;
    if (!custom && (schema < MIN_SCHEMA || schema > MAX_SCHEMA)) {
      bits.fail();
    }
    var positive = readSpans(bits);
    var negative = readSpans(bits);
    long[] bounds = custom ? readBounds(bits) : new long[0];
    if (positive.bucketCount() + negative.bucketCount() > Math.min(bits.remaining(), MAX_THINGS)) {
      bits.fail();
    }
    return bits.failed() ? HistogramLayout.EMPTY
        : new HistogramLayout((int) schema, threshold, positive, negative, bounds);
  }

  private static long readThreshold(BitReader bits) {
    int code = (int) bits.read(Byte.SIZE);
    return switch (code) {
      case 0 -> 0;
      case RAW_THRESHOLD -> bits.read(Long.SIZE);
      default -> Double.doubleToRawLongBits(Math.scalb(1.0, code - THRESHOLD_ONE));
    };
  }

  private static Spans readSpans(BitReader bits) {
    int count = readNumber(bits);
    var pairs = new int[2 * count];
    for (int i = 0; i < count; i++) {
      long length = Varbit.readUnsigned(bits);
      long offset = Varbit.readSigned(bits);
      if (length >>> Integer.SIZE != 0 || offset != (int) offset) {
        bits.fail();
      }
      pairs[2 * i] = (int) offset;
      pairs[2 * i + 1] = (int) length;
    }
    var spans = Spans.of(pairs);
    if (bits.failed() || !spans.ascends() || !spans.inRange()) {
      bits.fail();
      return Spans.NONE;
    }
    return spans;
  }

  private static long[] readBounds(BitReader bits) {
    var bounds = new long[readNumber(bits)];
    for (int i = 0; i < bounds.length; i++) {
      long thousandths = Varbit.readUnsigned(bits);
      bounds[i] = thousandths == 0 ? bits.read(Long.SIZE) : shortBound(thousandths - 1);
    }
    return bounds;
  }

  private static long shortBound(long thousandths) {
    return Double.doubleToRawLongBits((double) thousandths / 1000);
  }

  /// A number of things that take at least a bit each; 0 and failure when the data cannot hold as many.
  private static int readNumber(BitReader bits) {
    long number = Varbit.readUnsigned(bits);
    if (number < 0 || number > Math.min(bits.remaining(), MAX_THINGS)) {
      bits.fail();
      return 0;
    }
    return (int) number;
  }
}
