package dev.marmoset.ingest;

import static dev.marmoset.ingest.WriteClient.NOW;
import static dev.marmoset.ingest.WriteClient.bits;
import static dev.marmoset.ingest.WriteClient.written;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.ingest.decode.IngestLimits;
import dev.marmoset.proto.prometheus.BucketSpan;
import dev.marmoset.proto.prometheus.Histogram;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Request;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Conformance cases 38–40 and the validation table (facts, section 5), through both versions.
class HistogramConformanceTest {
  private final WriteClient client = new WriteClient();

  private static Histogram.Builder integer(long t) {
    return Histogram.newBuilder().setCountInt(10).setSum(3.5).setSchema(1).setZeroThreshold(1e-128)
        .setZeroCountInt(2)
        .addPositiveSpans(BucketSpan.newBuilder().setOffset(-1).setLength(2))
        .addPositiveSpans(BucketSpan.newBuilder().setOffset(3).setLength(1)).addPositiveDeltas(1)
        .addPositiveDeltas(2)
        .addPositiveDeltas(-1).addNegativeSpans(BucketSpan.newBuilder().setOffset(0).setLength(1))
        .addNegativeDeltas(2)
        .setResetHint(Histogram.ResetHint.NO).setTimestamp(t);
  }

  private static Histogram.Builder floats(long t) {
    return Histogram.newBuilder().setCountFloat(1.5).setSum(2).setZeroCountFloat(0.5)
        .addPositiveSpans(BucketSpan.newBuilder().setOffset(5).setLength(1)).addPositiveCounts(1)
        .setResetHint(Histogram.ResetHint.GAUGE).setTimestamp(t);
  }

  private static Histogram.Builder custom(long t) {
    return Histogram.newBuilder().setCountInt(3).setSum(2).setSchema(-53)
        .addPositiveSpans(BucketSpan.newBuilder().setOffset(0).setLength(2)).addPositiveDeltas(1)
        .addPositiveDeltas(1)
        .addCustomValues(0.5).addCustomValues(1).setTimestamp(t);
  }

  private static WriteRequest v1(Histogram... histograms) {
    return WriteRequest.newBuilder().addTimeseries(TimeSeries.newBuilder()
        .addLabels(Label.newBuilder().setName("__name__").setValue("h"))
        .addAllHistograms(List.of(histograms))).build();
  }

  /// The same bytes in the message of 2.0, whose histogram has the same fields.
  private static Request v2(Histogram... histograms) {
    var series =
        dev.marmoset.proto.prometheus.writev2.TimeSeries.newBuilder().addLabelsRefs(1).addLabelsRefs(2);
    try {
      for (Histogram histogram : histograms) {
        series
            .addHistograms(dev.marmoset.proto.prometheus.writev2.Histogram.parseFrom(histogram.toByteString())
                .toBuilder().setStartTimestamp(5));
      }
    } catch (com.google.protobuf.InvalidProtocolBufferException e) {
      throw new IllegalStateException("histograms of both versions differ on the wire", e);
    }
    return Request.newBuilder().addAllSymbols(List.of("", "__name__", "h")).addTimeseries(series).build();
  }

  private HistogramSample stored() {
    return (HistogramSample) Objects.requireNonNull(client.samples("__name__", "h").get(NOW));
  }

  @Test
  void integerHistogramArrivesWithAllItsNumbers() {
    assertThat(client.v1(v1(integer(NOW).build())).status()).isEqualTo(204);
    assertThat(written(client.v2(v2(integer(NOW).build())))).as("the same again").isEqualTo("0/1/0");
    var stored = stored();
    assertThat(stored).isInstanceOf(dev.marmoset.storage.chunk.histogram.Histogram.class);
    assertThat(stored.count()).isEqualTo(10);
    assertThat(stored.zeroCount()).isEqualTo(2);
    assertThat(stored.sumBits()).isEqualTo(bits(3.5));
    assertThat(stored.resetHint()).isEqualTo(ResetHint.NOT_RESET);
    assertThat(stored.layout().schema()).isEqualTo(1);
    assertThat(stored.layout().zeroThresholdBits()).isEqualTo(bits(1e-128));
    assertThat(stored.layout().positive().indexes()).containsExactly(-1, 0, 4);
    assertThat(stored.layout().negative().indexes()).containsExactly(0);
    assertThat(stored.buckets().positive()).containsExactly(1, 2, -1);
    assertThat(stored.buckets().negative()).containsExactly(2);
  }

  @Test
  void floatHistogramArrivesWithAllItsNumbers() {
    assertThat(written(client.v2(v2(floats(NOW).build())))).isEqualTo("0/1/0");
    assertThat(client.v1(v1(floats(NOW).build())).status()).isEqualTo(204);
    var stored = stored();
    assertThat(stored).isInstanceOf(FloatHistogram.class);
    assertThat(stored.count()).isEqualTo(bits(1.5));
    assertThat(stored.zeroCount()).isEqualTo(bits(0.5));
    assertThat(stored.resetHint()).isEqualTo(ResetHint.GAUGE);
    assertThat(stored.buckets().positive()).containsExactly(bits(1));
  }

  @Test
  void customBucketsArriveWithTheirBounds() {
    assertThat(client.v1(v1(custom(NOW).build())).status()).isEqualTo(204);
    var stored = stored();
    assertThat(stored.layout().customBounds()).containsExactly(bits(0.5), bits(1));
  }

  @Test
  void case38FloatAndHistogramConflictOnlyAtTheLatestTime() {
    var up = new Messages().metric("h").sample(NOW, 1);
    client.v2(up);
    WriteResponse response = client.v2(v2(integer(NOW).build()));
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body()).contains("duplicate");
    assertThat(client.v2(v2(integer(NOW + 1).build())).status()).isEqualTo(204);
    assertThat(client.samples("__name__", "h")).hasSize(2);
  }

  static Stream<Arguments> invalid() {
    return Stream.of(bad("count mismatch", h -> h.setCountInt(11)),
        bad("bad spans", Histogram.Builder::clearPositiveSpans),
        bad("negative bucket", h -> h.setPositiveDeltas(0, -1)), bad("schema 99", h -> h.setSchema(99)),
        bad("schema 53", h -> h.setSchema(53)),
        bad("bounds without custom schema", h -> h.addCustomValues(1)),
        Arguments.of("unsorted bounds", custom(NOW).setCustomValues(1, 0.25).build()),
        Arguments.of("infinite bound", custom(NOW).setCustomValues(1, Double.POSITIVE_INFINITY).build()),
        Arguments.of("negative float count", floats(NOW).setCountFloat(-1).build()));
  }

  private static Arguments bad(String title, UnaryOperator<Histogram.Builder> spoil) {
    return Arguments.of(title, spoil.apply(integer(NOW)).build());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("invalid")
  void case39InvalidHistogramsAreRefusedAndTheOthersKept(String title, Histogram bad) {
    WriteResponse alone = client.v1(v1(bad));
    assertThat(alone.status()).isEqualTo(400);
    assertThat(client.storage.created()).isZero();
    WriteResponse mixed = client.v2(v2(bad, floats(NOW - 5).build()));
    assertThat(mixed.status()).isEqualTo(400);
    assertThat(mixed.body()).contains("invalid histogram 1")
        .contains("; e.g. {__name__=\"h\"} at " + NOW);
    assertThat(written(mixed)).isEqualTo("0/1/0");
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", "invalid_histogram"))
        .isEqualTo(2);
  }

  @Test
  void case40FineSchemaIsScaledDown() {
    var fine = Histogram.newBuilder().setCountInt(2).setSchema(20)
        .addPositiveSpans(BucketSpan.newBuilder().setOffset(1 << 12).setLength(2)).addPositiveDeltas(1)
        .addPositiveDeltas(0).setTimestamp(NOW);
    assertThat(client.v1(v1(fine.build())).status()).isEqualTo(204);
    assertThat(stored().layout().schema()).isEqualTo(8);
  }

  @Test
  void timesOfHistogramsAreJudgedLikeThoseOfFloats() {
    assertThat(client.v1(v1(integer(NOW - 25 * WriteClient.HOUR).build())).body()).contains("too old 1");
    assertThat(client.v1(v1(integer(NOW + WriteClient.HOUR).build())).body())
        .contains("too far in the future 1");
    assertThat(client.storage.created()).isZero();
  }

  @Test
  void emptyHistogramIsValid() {
    assertThat(client.v1(v1(Histogram.newBuilder().setTimestamp(NOW).build())).status()).isEqualTo(204);
  }

  @Test
  void memoryOfHistogramsIsBounded() {
    var defaults = IngestLimits.defaults();
    var few = new IngestLimits(defaults.body(), defaults.labels(), 100, defaults.commitTimeout());
    var small = new WriteClient(WriteClient.HOUR, WriteOptions.defaults().with(few));
    var wide = Histogram.newBuilder().setTimestamp(NOW);
    for (int i = 0; i < 1000; i++) {
      wide.addPositiveDeltas(0);
    }
    assertThat(small.v1(v1(wide.build())).status()).isEqualTo(413);
  }
}
