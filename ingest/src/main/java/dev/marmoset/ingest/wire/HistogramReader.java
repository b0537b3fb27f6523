package dev.marmoset.ingest.wire;

import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import java.util.Arrays;
import java.util.List;

/// Reads the `Histogram` message, which is the same in both versions but for the start timestamp of 2.0.
///
/// The kind follows the count: `count_float` makes a float histogram, anything else an integer one; numbers of the
/// other kind are ignored. Nothing is judged here, see
/// [dev.marmoset.storage.chunk.histogram.HistogramValidator]. Confined to one thread at a time.
public final class HistogramReader {
  private static final int COUNT_INT = 1 << 3 | WireReader.VARINT;
  private static final int COUNT_FLOAT = 2 << 3 | WireReader.FIXED64;
  private static final int SUM = 3 << 3 | WireReader.FIXED64;
  private static final int SCHEMA = 4 << 3 | WireReader.VARINT;
  private static final int ZERO_THRESHOLD = 5 << 3 | WireReader.FIXED64;
  private static final int ZERO_COUNT_INT = 6 << 3 | WireReader.VARINT;
  private static final int ZERO_COUNT_FLOAT = 7 << 3 | WireReader.FIXED64;
  private static final int NEGATIVE_SPANS = 8 << 3 | WireReader.BYTES;
  private static final int NEGATIVE_DELTAS = 9 << 3 | WireReader.BYTES;
  private static final int NEGATIVE_DELTA = 9 << 3 | WireReader.VARINT;
  private static final int NEGATIVE_COUNTS = 10 << 3 | WireReader.BYTES;
  private static final int NEGATIVE_COUNT = 10 << 3 | WireReader.FIXED64;
  private static final int POSITIVE_SPANS = 11 << 3 | WireReader.BYTES;
  private static final int POSITIVE_DELTAS = 12 << 3 | WireReader.BYTES;
  private static final int POSITIVE_DELTA = 12 << 3 | WireReader.VARINT;
  private static final int POSITIVE_COUNTS = 13 << 3 | WireReader.BYTES;
  private static final int POSITIVE_COUNT = 13 << 3 | WireReader.FIXED64;
  private static final int RESET_HINT = 14 << 3 | WireReader.VARINT;
  private static final int TIMESTAMP = 15 << 3 | WireReader.VARINT;
  private static final int CUSTOM_VALUES = 16 << 3 | WireReader.BYTES;
  private static final int CUSTOM_VALUE = 16 << 3 | WireReader.FIXED64;
  private static final int FIELDS = 16;
  private static final int SPAN_OFFSET = 1 << 3 | WireReader.VARINT;
  private static final int SPAN_LENGTH = 2 << 3 | WireReader.VARINT;
  private static final int SPAN_FIELDS = 2;

  private static final HistogramSample EMPTY =
      new Histogram(ResetHint.UNKNOWN, HistogramLayout.EMPTY, 0, 0, 0,
          Buckets.NONE);

  private final WireReader in;
  private int mostCells;
  private boolean isFloat;
  private long count;
  private boolean zeroIsFloat;
  private long zeroCount;
  private long sumBits;
  private int schema;
  private long zeroThresholdBits;
  private int resetHint;
  private long timestamp;
  private final Column negativeSpans = new Column();
  private final Column negativeDeltas = new Column();
  private final Column negativeCounts = new Column();
  private final Column positiveSpans = new Column();
  private final Column positiveDeltas = new Column();
  private final Column positiveCounts = new Column();
  private final Column customValues = new Column();
  private final List<Column> columns = List.of(negativeSpans, negativeDeltas, negativeCounts, positiveSpans,
      positiveDeltas, positiveCounts, customValues);

  /// A reader of messages in `in`, which stands behind the tag each time.
  public HistogramReader(WireReader in) {
    this.in = in;
  }

  /// Time of the histogram read last, ms.
  public long timestamp() {
    return timestamp;
  }

  /// Numbers in spans, buckets and bounds of the histogram read last: a measure of its memory.
  public int cells() {
    int cells = 0;
    for (Column column : columns) {
      cells += column.length;
    }
    return cells;
  }

  /// Bytes held by buffers.
  public long retainedBytes() {
    long numbers = 0;
    for (Column column : columns) {
      numbers += column.values.length;
    }
    return numbers * Long.BYTES;
  }

  /// Reads a message; after a fault of the reader the answer means nothing.
  ///
  /// @param maxCells numbers in spans, buckets and bounds that it may have; more is a fault
  public HistogramSample read(int maxCells) {
    reset();
    mostCells = maxCells;
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      if (!scalar(tag)) {
        repeated(tag);
      }
      if (cells() > mostCells) {
        in.fail(WireFault.OVERSIZED);
      }
    }
    in.leave(outer);
    return in.failed() ? EMPTY : build();
  }

  private void reset() {
    isFloat = false;
    count = 0;
    zeroIsFloat = false;
    zeroCount = 0;
    sumBits = 0;
    schema = 0;
    zeroThresholdBits = 0;
    resetHint = 0;
    timestamp = 0;
    for (Column column : columns) {
      column.length = 0;
    }
  }

  private boolean scalar(int tag) {
    switch (tag) {
      case COUNT_INT -> count(false, in.varint());
      case COUNT_FLOAT -> count(true, in.fixed64());
      case SUM -> sumBits = in.fixed64();
      case SCHEMA -> schema = (int) in.zigZag();
      case ZERO_THRESHOLD -> zeroThresholdBits = in.fixed64();
      case ZERO_COUNT_INT -> zeroCount(false, in.varint());
      case ZERO_COUNT_FLOAT -> zeroCount(true, in.fixed64());
      case RESET_HINT -> resetHint = (int) in.varint();
      case TIMESTAMP -> timestamp = in.varint();
      default -> {
        return false;
      }
    }
    return true;
  }

  private void count(boolean asFloat, long value) {
    isFloat = asFloat;
    count = value;
  }

  private void zeroCount(boolean asFloat, long value) {
    zeroIsFloat = asFloat;
    zeroCount = value;
  }

  private void repeated(int tag) {
    switch (tag) {
      case NEGATIVE_SPANS -> span(negativeSpans);
      case NEGATIVE_DELTAS -> packedDeltas(negativeDeltas);
      case NEGATIVE_DELTA -> negativeDeltas.add(in.zigZag());
      case NEGATIVE_COUNTS -> packedDoubles(negativeCounts);
      case NEGATIVE_COUNT -> negativeCounts.add(in.fixed64());
      case POSITIVE_SPANS -> span(positiveSpans);
      case POSITIVE_DELTAS -> packedDeltas(positiveDeltas);
      case POSITIVE_DELTA -> positiveDeltas.add(in.zigZag());
      case POSITIVE_COUNTS -> packedDoubles(positiveCounts);
      case POSITIVE_COUNT -> positiveCounts.add(in.fixed64());
      case CUSTOM_VALUES -> packedDoubles(customValues);
      case CUSTOM_VALUE -> customValues.add(in.fixed64());
      default -> in.skipUnknown(tag, FIELDS);
    }
  }

  private void span(Column spans) {
    int outer = in.enter();
    long offset = 0;
    long length = 0;
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case SPAN_OFFSET -> offset = in.zigZag();
        case SPAN_LENGTH -> length = in.varint();
        default -> in.skipUnknown(tag, SPAN_FIELDS);
      }
    }
    in.leave(outer);
    spans.add(offset);
    spans.add(length);
  }

  private void packedDeltas(Column column) {
    int outer = in.enter();
    while (in.more()) {
      column.add(in.zigZag());
      checkCells(column);
    }
    in.leave(outer);
  }

  private void packedDoubles(Column column) {
    int outer = in.enter();
    while (in.more()) {
      column.add(in.fixed64());
      checkCells(column);
    }
    in.leave(outer);
  }

  /// A packed field may take one byte a number, so it is bounded while it is read.
  private void checkCells(Column column) {
    if (column.length > mostCells) {
      in.fail(WireFault.OVERSIZED);
    }
  }

  private HistogramSample build() {
    ResetHint hint = ResetHint.byId(resetHint).orElse(ResetHint.UNKNOWN);
    var layout = new HistogramLayout(schema, zeroThresholdBits, positiveSpans.spans(), negativeSpans.spans(),
        customValues.longs());
    long zero = zeroIsFloat == isFloat ? zeroCount : 0;
    return isFloat
        ? new FloatHistogram(hint, layout, count, zero, sumBits,
            new Buckets(positiveCounts.longs(), negativeCounts.longs()))
        : new Histogram(hint, layout, count, zero, sumBits,
            new Buckets(positiveDeltas.longs(), negativeDeltas.longs()));
  }

  /// Numbers of one repeated field, reused from message to message.
  private static final class Column {
    private long[] values = new long[16];
    private int length;

    void add(long value) {
      if (length == values.length) {
        values = Arrays.copyOf(values, length * 2);
      }
      values[length++] = value;
    }

    long[] longs() {
      return Arrays.copyOf(values, length);
    }

    /// Offsets and lengths, cut to 32 bits as protobuf has it.
    Spans spans() {
      int[] pairs = new int[length];
      for (int i = 0; i < length; i++) {
        pairs[i] = (int) values[i];
      }
      return Spans.of(pairs);
    }
  }
}
