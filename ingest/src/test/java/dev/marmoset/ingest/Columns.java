package dev.marmoset.ingest;

import dev.marmoset.ingest.decode.ExemplarColumn;
import dev.marmoset.ingest.decode.RejectReason;
import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.wire.WireReader;
import dev.marmoset.proto.prometheus.BucketSpan;
import dev.marmoset.proto.prometheus.Histogram;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Request;
import dev.marmoset.storage.chunk.histogram.Buckets;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.HistogramLayout;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.HistogramValidator;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.histogram.Spans;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// A batch, or a message of the generated classes, as lines of text that are equal when the content is: per series
/// its fault, its labels in the order in which they came, its samples, histograms and exemplars.
final class Columns {
  /// Stands for labels that the validator will refuse.
  static final String MALFORMED = "malformed labels";

  private Columns() {}

  static List<String> of(WriteBatch batch) {
    var lines = new ArrayList<String>();
    for (int s = 0; s < batch.series(); s++) {
      var line = new StringBuilder();
      line.append(batch.fault(s)).append(labels(batch, s));
      for (int i = batch.sampleStart(s); i < batch.sampleEnd(s); i++) {
        line.append(' ').append(batch.time(i)).append('=').append(Long.toHexString(batch.valueBits(i)));
      }
      for (int i = batch.histogramStart(s); i < batch.histogramEnd(s); i++) {
        line.append(' ').append(batch.histograms().time(i)).append('=').append(batch.histograms().verdict(i));
      }
      for (int i = batch.exemplarStart(s); i < batch.exemplarEnd(s); i++) {
        ExemplarColumn.Row row = batch.exemplars().row(i);
        line.append(" @ ").append(row.t()).append('=').append(Long.toHexString(row.valueBits()));
      }
      lines.add(line.toString());
    }
    return lines;
  }

  private static String labels(WriteBatch batch, int series) {
    if (batch.fault(series) != null && batch.fault(series) != RejectReason.NO_SAMPLES) {
      return "";
    }
    byte[] region = batch.region(series);
    var in = new WireReader();
    in.reset(region, batch.regionOffset(series), batch.regionLength(series));
    var text = new StringBuilder();
    while (in.more()) {
      if (in.tag() != 0x0A) {
        return MALFORMED;
      }
      int outer = in.enter();
      String name = "";
      String value = "";
      while (in.more()) {
        int tag = in.tag();
        if (tag == 0x0A || tag == 0x12) {
          int length = in.length();
          String part = new String(region, in.offset(), length, StandardCharsets.UTF_8);
          name = tag == 0x0A ? part : name;
          value = tag == 0x0A ? value : part;
          in.advance(length);
        } else {
          in.skip(tag);
        }
      }
      in.leave(outer);
      text.append('{').append(name).append('=').append(value).append('}');
    }
    return in.failed() ? MALFORMED : text.toString();
  }

  static List<String> of(WriteRequest request) {
    var lines = new ArrayList<String>();
    for (TimeSeries series : request.getTimeseriesList()) {
      if (series.getSamplesCount() + series.getHistogramsCount() + series.getExemplarsCount() > 0) {
        var line = new StringBuilder("null");
        series.getLabelsList().forEach(label -> line.append('{').append(label.getName()).append('=')
            .append(label.getValue()).append('}'));
        series.getSamplesList().forEach(sample -> append(line, sample.getTimestamp(), sample.getValue()));
        series.getHistogramsList().forEach(histogram -> append(line, histogram));
        series.getExemplarsList()
            .forEach(exemplar -> append(line.append(" @"), exemplar.getTimestamp(), exemplar.getValue()));
        lines.add(line.toString());
      }
    }
    return lines;
  }

  static List<String> of(Request request) {
    var lines = new ArrayList<String>();
    for (var series : request.getTimeseriesList()) {
      var line = new StringBuilder();
      String fault = fault(request, series);
      line.append(fault);
      if (!fault.equals("BAD_SYMBOL_REF")) {
        for (int i = 0; i < series.getLabelsRefsCount(); i += 2) {
          line.append('{').append(request.getSymbols(series.getLabelsRefs(i))).append('=')
              .append(request.getSymbols(series.getLabelsRefs(i + 1))).append('}');
        }
      }
      series.getSamplesList().forEach(sample -> append(line, sample.getTimestamp(), sample.getValue()));
      for (var histogram : series.getHistogramsList()) {
        try {
          append(line, Histogram.parseFrom(histogram.toByteString()));
        } catch (com.google.protobuf.InvalidProtocolBufferException e) {
          throw new IllegalStateException("histograms of both versions differ on the wire", e);
        }
      }
      series.getExemplarsList()
          .forEach(exemplar -> append(line.append(" @"), exemplar.getTimestamp(), exemplar.getValue()));
      lines.add(line.toString());
    }
    return lines;
  }

  private static String fault(Request request, dev.marmoset.proto.prometheus.writev2.TimeSeries series) {
    int symbols = request.getSymbolsCount();
    boolean bad = series.getLabelsRefsCount() % 2 != 0
        || !series.getLabelsRefsList().stream().allMatch(ref -> ref >= 0 && ref < symbols);
    int most = Math.max(symbols, 1);
    bad |= Integer.compareUnsigned(series.getMetadata().getHelpRef(), most) >= 0
        || Integer.compareUnsigned(series.getMetadata().getUnitRef(), most) >= 0;
    if (bad) {
      return "BAD_SYMBOL_REF";
    }
    return series.getSamplesCount() + series.getHistogramsCount() + series.getExemplarsCount() == 0
        ? "NO_SAMPLES"
        : "null";
  }

  private static void append(StringBuilder line, long t, double value) {
    line.append(' ').append(t).append('=').append(Long.toHexString(Double.doubleToRawLongBits(value)));
  }

  private static void append(StringBuilder line, Histogram h) {
    line.append(' ').append(h.getTimestamp()).append('=').append(HistogramValidator.validate(sample(h)));
  }

  private static HistogramSample sample(Histogram h) {
    var layout =
        new HistogramLayout(h.getSchema(), bits(h.getZeroThreshold()), spans(h.getPositiveSpansList()),
            spans(h.getNegativeSpansList()), bits(h.getCustomValuesList()));
    ResetHint hint = ResetHint.byId(h.getResetHintValue()).orElse(ResetHint.UNKNOWN);
    if (h.hasCountFloat()) {
      return new FloatHistogram(hint, layout, bits(h.getCountFloat()), bits(h.getZeroCountFloat()),
          bits(h.getSum()),
          new Buckets(bits(h.getPositiveCountsList()), bits(h.getNegativeCountsList())));
    }
    return new dev.marmoset.storage.chunk.histogram.Histogram(hint, layout, h.getCountInt(),
        h.getZeroCountInt(),
        bits(h.getSum()), new Buckets(longs(h.getPositiveDeltasList()), longs(h.getNegativeDeltasList())));
  }

  private static Spans spans(List<BucketSpan> spans) {
    int[] pairs = new int[2 * spans.size()];
    for (int i = 0; i < spans.size(); i++) {
      pairs[2 * i] = spans.get(i).getOffset();
      pairs[2 * i + 1] = spans.get(i).getLength();
    }
    return Spans.of(pairs);
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static long[] bits(List<Double> values) {
    return values.stream().mapToLong(Columns::bits).toArray();
  }

  private static long[] longs(List<Long> values) {
    return values.stream().mapToLong(Long::longValue).toArray();
  }
}
