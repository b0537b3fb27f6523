package dev.marmoset.ingest.decode;

import dev.marmoset.storage.labels.LabelHash;

/// Decodes what nearly every remote-write 1.0 message is, series of sorted labels and one sample, without reading the
/// labels: they are what is left of a series when the sample at its end ([QuickSample]) is taken away.
///
/// That is a conjecture, since the bytes of a label may look like a sample. It is proved by the store: if the bytes
/// taken for labels are those of a known series, they are labels and nothing else, and the message has no other
/// reading. So the batch counts only when every series in it is found; otherwise [WriteV1Decoder] reads the message
/// again. Walking over ten labels costs more than all the rest of a sample, because the place of each is known only
/// when the length of the one before it has been read.
///
/// Confined to one thread at a time.
public final class QuickV1Decoder {
  private static final int TIMESERIES = 0x0A;

  private final WriteBatch batch;
  private final int maxSamples;
  private final LabelHash hash;
  private final QuickSample sample = new QuickSample();

  /// @param batch      what [#decode] fills
  /// @param maxSamples samples that one request may carry
  public QuickV1Decoder(WriteBatch batch, int maxSamples, LabelHash hash) {
    this.batch = batch;
    this.maxSamples = maxSamples;
    this.hash = hash;
  }

  /// Decodes a whole body into the batch, which it begins, as a conjecture.
  ///
  /// @return whether the message has the shape; if not, the batch means nothing
  public boolean decode(byte[] body, int length) {
    batch.beginConjecture(body, null);
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
    if (length - offset < 2 + QuickSample.MAX_BYTES || body[offset] != TIMESERIES) {
      return -1;
    }
    int start = offset + 2;
    int size = body[offset + 1];
    if (size < 0) {
      size = size & 0x7F | body[start++] << 7;
    }
    int end = start + size;
    // A negative size is one of three bytes or more: a series of 16 KiB is not usual.
    if (size <= QuickSample.MAX_BYTES || end > length || batch.samples() >= maxSamples
        || !sample.readLast(body, end)) {
      return -1;
    }
    int labels = size - sample.bytes();
    long low = hash.low(body, start, labels);
    return batch.addConjecture(start, labels, low, sample.time(), sample.valueBits()) ? end : -1;
  }
}
