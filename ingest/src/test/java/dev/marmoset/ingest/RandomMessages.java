package dev.marmoset.ingest;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import dev.marmoset.proto.prometheus.BucketSpan;
import dev.marmoset.proto.prometheus.Exemplar;
import dev.marmoset.proto.prometheus.Histogram;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.MetricMetadata;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Metadata;
import dev.marmoset.proto.prometheus.writev2.Request;
import java.util.List;
import java.util.Random;

/// Random messages of both versions: every field now and then, unknown fields, all kinds of values.
final class RandomMessages {
  private static final List<String> TEXTS =
      List.of("", "a", "__name__", "job", "instance", "host-1:9100", "日本", "🚀",
          "x".repeat(200));
  private static final long[] BITS = {0, 0x8000000000000000L, 0x7ff0000000000002L, 0x7ff8000000000001L,
    0x3ff0000000000000L, -1L};

  private final Random random;

  RandomMessages(Random random) {
    this.random = random;
  }

  WriteRequest v1() {
    var request = WriteRequest.newBuilder();
    for (int n = random.nextInt(4); n > 0; n--) {
      request.addTimeseries(seriesV1());
    }
    if (random.nextInt(4) == 0) {
      request
          .addMetadata(MetricMetadata.newBuilder().setTypeValue(random.nextInt(9)).setMetricFamilyName(text())
              .setHelp(text()).setUnit(text()));
    }
    if (random.nextInt(6) == 0) {
      request.setUnknownFields(unknown(20));
    }
    return request.build();
  }

  private TimeSeries seriesV1() {
    var series = TimeSeries.newBuilder();
    for (int n = random.nextInt(5); n > 0; n--) {
      series.addLabels(Label.newBuilder().setName(text()).setValue(text()));
    }
    for (int n = random.nextInt(4); n > 0; n--) {
      series.addSamples(Sample.newBuilder().setTimestamp(time()).setValue(value()));
    }
    if (random.nextInt(4) == 0) {
      series.addExemplars(Exemplar.newBuilder().addLabels(Label.newBuilder().setName(text()).setValue(text()))
          .setTimestamp(time()).setValue(value()));
    }
    for (int n = random.nextInt(4) - 2; n > 0; n--) {
      series.addHistograms(histogram());
    }
    if (random.nextInt(6) == 0) {
      series.setUnknownFields(unknown(7));
    }
    return series.build();
  }

  private Histogram histogram() {
    var histogram =
        Histogram.newBuilder().setSum(value()).setSchema(random.nextInt(60) - 54).setTimestamp(time())
            .setZeroThreshold(value()).setResetHintValue(random.nextInt(6));
    switch (random.nextInt(3)) {
      case 0 -> histogram.setCountInt(random.nextInt(9)).setZeroCountInt(random.nextLong());
      case 1 -> histogram.setCountFloat(value()).setZeroCountFloat(value());
      default -> histogram.setCountFloat(value()).setZeroCountInt(4);
    }
    for (int n = random.nextInt(3); n > 0; n--) {
      var span = BucketSpan.newBuilder().setOffset(random.nextInt(5) - 2).setLength(random.nextInt(3));
      histogram.addPositiveSpans(span).addNegativeSpans(span).addPositiveDeltas(random.nextInt(5) - 1)
          .addNegativeDeltas(random.nextLong()).addPositiveCounts(value()).addNegativeCounts(value())
          .addCustomValues(value());
    }
    return histogram.build();
  }

  Request v2() {
    var request = Request.newBuilder();
    int symbols = random.nextInt(8);
    for (int i = 0; i < symbols; i++) {
      request.addSymbols(text());
    }
    for (int n = random.nextInt(4); n > 0; n--) {
      request.addTimeseries(seriesV2(symbols));
    }
    if (random.nextInt(6) == 0) {
      request.setUnknownFields(unknown(6));
    }
    return request.build();
  }

  private dev.marmoset.proto.prometheus.writev2.TimeSeries seriesV2(int symbols) {
    var series = dev.marmoset.proto.prometheus.writev2.TimeSeries.newBuilder();
    for (int n = 2 * random.nextInt(4) + (random.nextInt(10) == 0 ? 1 : 0); n > 0; n--) {
      series.addLabelsRefs(random.nextInt(symbols + (random.nextInt(10) == 0 ? 2 : 1)));
    }
    for (int n = random.nextInt(4); n > 0; n--) {
      series.addSamples(
          dev.marmoset.proto.prometheus.writev2.Sample.newBuilder().setTimestamp(time()).setValue(value())
              .setStartTimestamp(random.nextInt(3)));
    }
    if (random.nextInt(4) == 0) {
      series.setMetadata(
          Metadata.newBuilder().setTypeValue(random.nextInt(9)).setHelpRef(random.nextInt(symbols + 1))
              .setUnitRef(random.nextInt(symbols + 1)));
    }
    if (random.nextInt(4) == 0) {
      series.addExemplars(
          dev.marmoset.proto.prometheus.writev2.Exemplar.newBuilder().addLabelsRefs(random.nextInt(9))
              .setTimestamp(time()).setValue(value()));
    }
    for (int n = random.nextInt(4) - 2; n > 0; n--) {
      try {
        series.addHistograms(
            dev.marmoset.proto.prometheus.writev2.Histogram.parseFrom(histogram().toByteString()));
      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
        throw new IllegalStateException("histograms of both versions differ on the wire", e);
      }
    }
    return series.setCreatedTimestamp(random.nextInt(2)).build();
  }

  byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private UnknownFieldSet unknown(int number) {
    var group = UnknownFieldSet.newBuilder().addField(3, Field.newBuilder().addVarint(1).build()).build();
    return UnknownFieldSet.newBuilder().addField(number, Field.newBuilder().addVarint(random.nextLong())
        .addFixed32(7).addFixed64(8).addLengthDelimited(ByteString.copyFrom(bytes(5))).addGroup(group)
        .build()).build();
  }

  private String text() {
    return TEXTS.get(random.nextInt(TEXTS.size()));
  }

  private long time() {
    return random.nextInt(8) == 0 ? random.nextLong() : WriteClient.NOW + random.nextInt(1000);
  }

  private double value() {
    return random.nextBoolean() ? random.nextInt(100)
        : Double.longBitsToDouble(BITS[random.nextInt(BITS.length)]);
  }
}
