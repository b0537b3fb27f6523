package dev.marmoset.ingest;

import dev.marmoset.storage.labels.LabelHash;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Decodes what nearly every remote-write 1.0 message is, series of sorted labels and one sample, without reading the
/// labels: they are what is left of a series when the sample at its end is taken away.
///
/// That is a conjecture, since the bytes of a label may look like a sample. It is proved by the store: if the bytes
/// taken for labels are those of a known series, they are labels and nothing else, and the message has no other
/// reading. So the batch counts only when every series in it is found; otherwise [WriteV1Decoder] reads the message
/// again. Walking over ten labels costs more than all the rest of a sample, because the place of each is known only
/// when the length of the one before it has been read.
///
/// | bytes | field of a sample at the end of its series                                                        |
/// |-------|---------------------------------------------------------------------------------------------------|
/// | 2     | `0x12`, sample, and its length: 16, or 7 without a value, which is then 0                          |
/// | 9     | `0x09`, value, and 8 bytes, little endian                                                          |
/// | 7     | `0x10`, timestamp, and a varint of 6 bytes: 1971 to 2109                                           |
///
/// Confined to one thread at a time.
final class QuickV1Decoder {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int TIMESERIES = 0x0A;
  private static final int TIME_BYTES = 6;
  private static final int ZERO_SAMPLE_BYTES = 3 + TIME_BYTES;
  private static final int SAMPLE_BYTES = ZERO_SAMPLE_BYTES + 9;
  /// What a sample begins with, as a little-endian number, and the bytes of it.
  private static final long ZERO_SAMPLE = 0x10_0712;
  private static final long SAMPLE = 0x09_1012;
  private static final long SAMPLE_MASK = 0xFF_FFFF;
  /// Tag of the timestamp, and that of the six bytes behind it only the last one ends a varint.
  private static final long TIME = 0x0080_8080_8080_1000L;
  private static final long TIME_MASK = 0x8080_8080_8080_FF00L;
  private static final int TIME_SHIFT = 16;

  private final WriteBatch batch;
  private final int maxSamples;
  private final LabelHash hash;

  /// @param batch      what [#decode] fills
  /// @param maxSamples samples that one request may carry
  QuickV1Decoder(WriteBatch batch, int maxSamples, LabelHash hash) {
    this.batch = batch;
    this.maxSamples = maxSamples;
    this.hash = hash;
  }

  /// Decodes a whole body into the batch, which it begins, as a conjecture.
  ///
  /// @return whether the message has the shape; if not, the batch means nothing
  boolean decode(byte[] body, int length) {
    batch.beginConjecture(body);
    int at = 0;
    while (at < length) {
      at = series(body, at, length);
      if (at < 0) {
        return false;
      }
    }
    return true;
  }

  /// Decodes the series at an offset and answers the one behind it; −1 when it has another shape.
  private int series(byte[] body, int offset, int length) {
    if (length - offset < 2 + SAMPLE_BYTES || body[offset] != TIMESERIES) {
      return -1;
    }
    int start = offset + 2;
    int size = body[offset + 1];
    if (size < 0) {
      size = size & 0x7F | body[start++] << 7;
    }
    int end = start + size;
    // A negative size is one of three bytes or more: a series of 16 KiB is not usual.
    if (size < SAMPLE_BYTES || end > length) {
      return -1;
    }
    long time = (long) LONGS.get(body, end - Long.BYTES);
    boolean zero = ((long) LONGS.get(body, end - ZERO_SAMPLE_BYTES) & SAMPLE_MASK) == ZERO_SAMPLE;
    int labels = size - (zero ? ZERO_SAMPLE_BYTES : SAMPLE_BYTES);
    if ((time & TIME_MASK) != TIME || labels <= 0 || batch.samples() >= maxSamples
        || !zero && ((long) LONGS.get(body, end - SAMPLE_BYTES) & SAMPLE_MASK) != SAMPLE) {
      return -1;
    }
    long bits = zero ? 0 : (long) LONGS.get(body, end - SAMPLE_BYTES + 3);
    return batch.addConjecture(start, labels, hash.low(body, start, labels), time(time >>> TIME_SHIFT), bits)
        ? end
        : -1;
  }

  /// The value of a varint of six bytes.
  private static long time(long varint) {
    return varint & 0x7F | varint >>> 1 & 0x7F << 7 | varint >>> 2 & 0x7F << 14 | varint >>> 3 & 0x7F << 21
        | varint >>> 4 & 0x7FL << 28 | varint >>> 5 & 0x7FL << 35;
  }
}
