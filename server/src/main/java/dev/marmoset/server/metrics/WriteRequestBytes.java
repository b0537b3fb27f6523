package dev.marmoset.server.metrics;

import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import java.io.ByteArrayOutputStream;

/// Builds the body of a remote-write 1.0 request, uncompressed: `WriteRequest{repeated TimeSeries timeseries = 1}` with
/// `TimeSeries{repeated Label labels = 1; repeated Sample samples = 2}` and
/// `Sample{double value = 1; int64 timestamp = 2}`.
///
/// The label section is the canonical region ([LabelRegion]), which has the same bytes.
public final class WriteRequestBytes {
  private static final int LENGTH_DELIMITED_1 = 0x0A;
  private static final int LENGTH_DELIMITED_2 = 0x12;
  private static final int FIXED64_1 = 0x09;
  private static final int VARINT_2 = 0x10;

  private final ByteArrayOutputStream request = new ByteArrayOutputStream(32 << 10);
  private final ByteArrayOutputStream series = new ByteArrayOutputStream();
  private final ByteArrayOutputStream sample = new ByteArrayOutputStream();

  /// An empty request.
  public WriteRequestBytes() {}

  /// Adds a series with one sample.
  ///
  /// @param t         sample time, ms
  /// @param valueBits raw bits of the value
  public void add(Labels labels, long t, long valueBits) {
    sample.reset();
    sample.write(FIXED64_1);
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      sample.write((int) (valueBits >>> shift));
    }
    sample.write(VARINT_2);
    varint(sample, t);
    series.reset();
    series.writeBytes(LabelRegion.encode(labels));
    nested(series, LENGTH_DELIMITED_2, sample);
    nested(request, LENGTH_DELIMITED_1, series);
  }

  /// The request so far.
  public byte[] toByteArray() {
    return request.toByteArray();
  }

  private static void nested(ByteArrayOutputStream target, int tag, ByteArrayOutputStream message) {
    target.write(tag);
    varint(target, message.size());
    target.writeBytes(message.toByteArray());
  }

  private static void varint(ByteArrayOutputStream target, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      target.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    target.write((int) rest);
  }
}
