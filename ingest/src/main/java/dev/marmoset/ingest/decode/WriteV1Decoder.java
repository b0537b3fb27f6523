package dev.marmoset.ingest.decode;

import dev.marmoset.ingest.wire.ExemplarReader;
import dev.marmoset.ingest.wire.HistogramReader;
import dev.marmoset.ingest.wire.MetadataReader;
import dev.marmoset.ingest.wire.WireFault;
import dev.marmoset.ingest.wire.WireReader;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.HistogramValidator;

/// Decodes a remote-write 1.0 message (`prometheus.WriteRequest`) into a [WriteBatch] without allocating.
///
/// Labels are not looked into: what lies between the first and the last label of a series is its region, and a
/// series of a sender that sorts is found by those bytes. Labels that are interrupted by another field are copied
/// together. Series without anything are left out; Prometheus sends exemplars in series of their own. Confined to one thread at a time.
///
/// Against a generated parser: a malformed label or text that is not UTF-8 refuses its series, not the body, and
/// only when the series is unknown; see [WireReader] for the rest.
public final class WriteV1Decoder {
  private static final int TIMESERIES = 1 << 3 | WireReader.BYTES;
  private static final int METADATA = 3 << 3 | WireReader.BYTES;
  private static final int LABELS = 1 << 3 | WireReader.BYTES;
  private static final int SAMPLES = 2 << 3 | WireReader.BYTES;
  private static final int EXEMPLARS = 3 << 3 | WireReader.BYTES;
  private static final int HISTOGRAMS = 4 << 3 | WireReader.BYTES;
  private static final int SERIES_FIELDS = 4;
  private static final int VALUE = 1 << 3 | WireReader.FIXED64;
  private static final int TIMESTAMP = 2 << 3 | WireReader.VARINT;
  private static final int SAMPLE_FIELDS = 2;

  private final WireReader in = new WireReader();
  private final ExemplarReader exemplars = new ExemplarReader(in);
  private final MetadataReader metadata = new MetadataReader(in);
  private final HistogramReader histograms = new HistogramReader(in);
  private final WriteBatch batch;
  private final int maxSamples;
  private byte[] body = {};
  private boolean own;
  private boolean foreign;

  /// Where the labels of the current series lie; in the scratch buffer once they have been copied together.
  private int regionStart;
  private int regionEnd;
  private boolean copied;

  /// @param batch      what [#decode] fills
  /// @param maxSamples samples that one request may carry
  public WriteV1Decoder(WriteBatch batch, int maxSamples) {
    this.batch = batch;
    this.maxSamples = maxSamples;
  }

  /// Decodes a whole body into the batch, which it begins. After a fault the batch means nothing.
  public Decoded decode(byte[] source, int length) {
    body = source;
    batch.begin(source, false);
    in.reset(source, 0, length);
    own = false;
    foreign = false;
    while (in.more()) {
      field();
    }
    WireFault fault = in.fault();
    if (fault != null) {
      return new Decoded.Malformed(fault, in.offset());
    }
    return !own && foreign ? Decoded.OTHER_VERSION : Decoded.COMPLETE;
  }

  /// Bytes held by buffers.
  public long retainedBytes() {
    return histograms.retainedBytes();
  }

  private void field() {
    int tag = in.tag();
    switch (tag) {
      case TIMESERIES -> {
        own = true;
        series();
      }
      case METADATA -> {
        own = true;
        metadata();
      }
      default -> {
        int number = tag >>> 3;
        foreign |= number == WriteV2Decoder.SYMBOLS_FIELD || number == WriteV2Decoder.TIMESERIES_FIELD;
        if (number == TIMESERIES >>> 3 || number == METADATA >>> 3) {
          in.fail(WireFault.WRONG_TYPE);
        } else {
          in.skip(tag);
        }
      }
    }
  }

  private void series() {
    int outer = in.enter();
    regionStart = in.offset();
    regionEnd = regionStart;
    copied = false;
    while (in.more()) {
      int start = in.offset();
      int tag = in.tag();
      switch (tag) {
        case LABELS -> {
          in.skipBytes();
          in.skipRun(LABELS);
          label(start, in.offset());
        }
        case SAMPLES -> sample();
        case EXEMPLARS -> exemplar();
        case HISTOGRAMS -> histogram();
        default -> in.skipUnknown(tag, SERIES_FIELDS);
      }
    }
    in.leave(outer);
    if (batch.openSamples() + batch.openHistograms() + batch.openExemplars() > 0) {
      endSeries();
    }
  }

  private void endSeries() {
    if (copied) {
      batch.endScratchSeries(regionStart, regionEnd - regionStart);
    } else {
      batch.endSeries(regionStart, regionEnd - regionStart);
    }
  }

  private void label(int start, int end) {
    if (copied) {
      regionEnd = batch.appendScratch(body, start, end - start) + end - start;
    } else if (start == regionEnd) {
      regionEnd = end;
    } else if (regionEnd == regionStart) {
      regionStart = start;
      regionEnd = end;
    } else {
      copied = true;
      regionStart = batch.appendScratch(body, regionStart, regionEnd - regionStart);
      regionEnd = batch.appendScratch(body, start, end - start) + end - start;
    }
  }

  private void histogram() {
    HistogramSample sample = histograms.read(batch.histogramCellsLeft(maxSamples));
    if (in.failed()) {
      return;
    }
    if (batch.starved()) {
      in.fail(WireFault.NO_MEMORY);
      return;
    }
    batch.addHistogram(histograms.timestamp(), HistogramValidator.validate(sample), histograms.cells());
  }

  private void metadata() {
    metadata.readV1();
    if (in.failed()) {
      return;
    }
    if (batch.metadata().size() >= maxSamples) {
      in.fail(WireFault.OVERSIZED);
    } else if (batch.starved()) {
      in.fail(WireFault.NO_MEMORY);
    } else {
      batch.addMetadata(metadata.metadata(body));
    }
  }

  private void exemplar() {
    exemplars.readV1(body);
    if (in.failed()) {
      return;
    }
    if (batch.exemplars().size() >= maxSamples) {
      in.fail(WireFault.OVERSIZED);
    } else if (batch.starved()) {
      in.fail(WireFault.NO_MEMORY);
    } else {
      batch.addExemplar(new ExemplarColumn.Row(exemplars.time(), exemplars.valueBits(), exemplars.labels(),
          exemplars.fault()));
    }
  }

  private void sample() {
    int outer = in.enter();
    long bits = 0;
    long t = 0;
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case VALUE -> bits = in.fixed64();
        case TIMESTAMP -> t = in.varint();
        default -> in.skipUnknown(tag, SAMPLE_FIELDS);
      }
    }
    in.leave(outer);
    if (batch.samples() >= maxSamples) {
      in.fail(WireFault.OVERSIZED);
    } else if (batch.starved()) {
      in.fail(WireFault.NO_MEMORY);
    } else {
      batch.addSample(t, bits);
    }
  }
}
