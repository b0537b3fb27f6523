package dev.marmoset.ingest;

import static dev.marmoset.ingest.WriteClient.NOW;
import static dev.marmoset.ingest.WriteClient.written;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.prometheus.Exemplar;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.MetricMetadata;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Metadata;
import dev.marmoset.proto.prometheus.writev2.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Cases 17, 18 and 66 to 68: exemplars and metadata.
class ExemplarConformanceTest {
  private static final String UP = "{__name__=\"up\"}";

  private final WriteClient client = new WriteClient();

  /// A 2.0 request with a sample of `up` and exemplars, whose labels alternate names and values.
  private static Request v2(long sampleTime, Object... timesAndLabels) {
    var symbols = new ArrayList<>(List.of("", "__name__", "up"));
    var series =
        dev.marmoset.proto.prometheus.writev2.TimeSeries.newBuilder().addAllLabelsRefs(List.of(1, 2));
    if (sampleTime > 0) {
      series.addSamples(
          dev.marmoset.proto.prometheus.writev2.Sample.newBuilder().setTimestamp(sampleTime).setValue(1));
    }
    for (int i = 0; i < timesAndLabels.length; i += 2) {
      var exemplar = dev.marmoset.proto.prometheus.writev2.Exemplar.newBuilder()
          .setTimestamp((Long) timesAndLabels[i]).setValue(2);
      for (Object text : (List<?>) timesAndLabels[i + 1]) {
        exemplar.addLabelsRefs(symbols.size());
        symbols.add((String) text);
      }
      series.addExemplars(exemplar);
    }
    return Request.newBuilder().addAllSymbols(symbols).addTimeseries(series).build();
  }

  private static TimeSeries.Builder upV1() {
    return TimeSeries.newBuilder().addLabels(Label.newBuilder().setName("__name__").setValue("up"));
  }

  private static Exemplar exemplarV1(long t, String name, String value) {
    return Exemplar.newBuilder().setTimestamp(t).setValue(2)
        .addLabels(Label.newBuilder().setName(name).setValue(value)).build();
  }

  @Test
  void case66WithoutLabelsIsWritten() {
    WriteResponse response = client.v2(v2(NOW, NOW, List.of()));
    assertThat(response.status()).isEqualTo(204);
    assertThat(written(response)).isEqualTo("1/0/1");
    assertThat(client.storage.exemplars()).containsExactly(UP + " " + NOW + " 2.0 {}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "é", "🚀"})
  void case66LabelsAreCountedInCharacters(String character) {
    assertThat(written(client.v2(v2(NOW, NOW, List.of("trace", character.repeat(123)))))).isEqualTo("1/0/1");
    WriteResponse tooLong = client.v2(v2(NOW, NOW, List.of("trace", character.repeat(124))));
    assertThat(tooLong.status()).isEqualTo(400);
    assertThat(written(tooLong)).isEqualTo("1/0/0");
    assertThat(tooLong.body()).contains("invalid exemplar 1").contains("more than 128 characters");
    assertThat(client.storage.exemplars()).hasSize(1);
    assertThat(client.samples("__name__", "up")).hasSize(1);
  }

  @Test
  void case66HundredsOfLabelsAreTooLong() {
    var labels = new ArrayList<String>();
    for (int i = 0; i < 1000; i++) {
      labels.addAll(List.of("l" + i, ""));
    }
    assertThat(client.v2(v2(NOW, NOW, labels)).body()).contains("more than 128 characters");
  }

  @Test
  void labelsAreSortedAndFaultsRefuseTheExemplarAlone() {
    assertThat(written(client.v2(v2(NOW, NOW, List.of("z", "1", "a", "2", "m", ""))))).isEqualTo("1/0/1");
    assertThat(client.storage.exemplars()).containsExactly(UP + " " + NOW + " 2.0 {a=\"2\", z=\"1\"}");
    for (var labels : List.of(List.of("a", "1", "a", "2"), List.of("", "1"), List.of("a", "1", "b"))) {
      WriteResponse response = client.v2(v2(NOW, NOW, labels));
      assertThat(response.status()).as("%s", labels).isEqualTo(400);
      assertThat(written(response)).as("%s", labels).isEqualTo("1/0/0");
    }
  }

  @Test
  void case67WindowAndEqualOnes() {
    long oldest = NOW - 24 * WriteClient.HOUR;
    assertThat(written(client.v2(v2(NOW, NOW, List.of("t", "1"))))).isEqualTo("1/0/1");
    assertThat(written(client.v2(v2(NOW, NOW, List.of("t", "1"))))).isEqualTo("1/0/1");
    assertThat(written(client.v2(v2(NOW, oldest, List.of("t", "1"))))).isEqualTo("1/0/1");
    WriteResponse late = client.v2(v2(NOW, oldest - 1, List.of("t", "1"), NOW + 600_001, List.of("t", "1")));
    assertThat(late.status()).isEqualTo(400);
    assertThat(written(late)).isEqualTo("1/0/0");
    assertThat(late.body()).contains("exemplar too old 1", "exemplar too far in the future 1");
    assertThat(client.storage.exemplars()).hasSize(2);
  }

  @Test
  void inVersion1RefusedExemplarsOnlyCount() {
    var request = WriteRequest.newBuilder().addTimeseries(
        upV1().addSamples(Sample.newBuilder().setTimestamp(NOW)).addExemplars(exemplarV1(NOW, "t", "1"))
            .addExemplars(exemplarV1(0, "t", "1")).addExemplars(exemplarV1(NOW, "t", "x".repeat(128))));
    WriteResponse response = client.v1(request.build());
    assertThat(response.status()).isEqualTo(204);
    assertThat(written(response)).isEmpty();
    assertThat(client.storage.exemplars()).hasSize(1);
    assertThat(client.counter("marmoset.ingest.exemplars")).isEqualTo(1);
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", "exemplar_too_old")).isEqualTo(1);
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", "invalid_exemplar")).isEqualTo(1);
    assertThat(client.counter("marmoset.ingest.dropped.exemplars")).isZero();
  }

  @Test
  void inVersion1ExemplarsMayComeInASeriesOfTheirOwn() {
    var alone = upV1().addExemplars(exemplarV1(NOW, "t", "1"));
    assertThat(client.v1(WriteRequest.newBuilder().addTimeseries(alone).build()).status()).isEqualTo(204);
    assertThat(client.storage.exemplars()).as("an exemplar creates no series").isEmpty();
    assertThat(client.storage.created()).isZero();
    assertThat(client.counter("marmoset.ingest.dropped.exemplars")).isEqualTo(1);
    var both = WriteRequest.newBuilder()
        .addTimeseries(upV1().addSamples(Sample.newBuilder().setTimestamp(NOW))).addTimeseries(alone);
    assertThat(client.v1(both.build()).status()).isEqualTo(204);
    assertThat(client.storage.exemplars()).as("the series is new in the same request").hasSize(1);
    alone.addExemplars(exemplarV1(NOW, "t", "2"));
    assertThat(client.v1(WriteRequest.newBuilder().addTimeseries(alone).build()).status()).isEqualTo(204);
    assertThat(client.storage.exemplars()).as("the series is known").hasSize(2);
    var nameless = TimeSeries.newBuilder().addExemplars(exemplarV1(NOW, "t", "1"));
    assertThat(client.v1(WriteRequest.newBuilder().addTimeseries(nameless).build()).status()).isEqualTo(204);
  }

  /// A Prometheus sends every exemplar in a series of its own, behind the sample that it belongs to.
  @Test
  void case18ExemplarsAloneAreTakenInVersion2WhereTheSeriesExists() {
    assertThat(client.v2(v2(NOW)).status()).isEqualTo(204);
    WriteResponse response = client.v2(v2(0, NOW, List.of("t", "1")));
    assertThat(response.status()).isEqualTo(204);
    assertThat(written(response)).isEqualTo("0/0/1");
    assertThat(client.storage.exemplars()).hasSize(1);
    WriteResponse late = client.v2(v2(0, 0L, List.of("t", "1")));
    assertThat(late.status()).as("a refused exemplar binds, as beside a sample").isEqualTo(400);
    assertThat(late.body()).contains("exemplar too old 1");
  }

  /// The public receiver suite wants what a 204 answers to be written, and the sample may come a moment later.
  @Test
  void case18ExemplarsOfAnUnknownSeriesAreWritten() {
    WriteResponse response = client.v2(v2(0, NOW, List.of("t", "1")));
    assertThat(response.status()).isEqualTo(204);
    assertThat(written(response)).isEqualTo("0/0/1");
    assertThat(client.storage.created()).isOne();
    assertThat(client.v2(v2(NOW)).status()).isEqualTo(204);
    assertThat(client.storage.created()).as("the sample joins the series").isOne();
    assertThat(client.storage.exemplars()).hasSize(1);
  }

  @Test
  void storeThatKeepsNoneDropsThemWithoutAnError() {
    client.storage.maxExemplars(0);
    WriteResponse response = client.v2(v2(NOW, NOW, List.of("t", "1"), 0L, List.of("t", "1")));
    assertThat(response.status()).isEqualTo(204);
    assertThat(written(response)).isEqualTo("1/0/0");
    assertThat(client.counter("marmoset.ingest.dropped.exemplars")).isEqualTo(2);
  }

  @Test
  void case17MetadataOfVersion1IsKeptAndTheLatestCounts() {
    for (var help : List.of("first", "second")) {
      var request = WriteRequest.newBuilder();
      for (int type = 0; type < 8; type++) {
        request.addMetadata(MetricMetadata.newBuilder().setTypeValue(type).setMetricFamilyName("m" + type)
            .setHelp(help).setUnit("s"));
      }
      assertThat(client.v1(request.build()).status()).isEqualTo(204);
    }
    assertThat(client.storage.metadata()).hasSize(8).containsEntry("m5",
        new dev.marmoset.storage.MetricMetadata("m5", 5, "second", "s"));
  }

  @Test
  void metadataThatIsTooLongIsCounted() {
    var request = WriteRequest.newBuilder()
        .addMetadata(MetricMetadata.newBuilder().setMetricFamilyName("m").setHelp("x".repeat(4096)))
        .addMetadata(MetricMetadata.newBuilder().setHelp("no family"));
    assertThat(client.v1(request.build()).status()).isEqualTo(204);
    assertThat(client.storage.metadata()).isEmpty();
    assertThat(client.counter("marmoset.ingest.dropped.metadata")).isEqualTo(2);
  }

  @Test
  void case68MetadataOfVersion2IsKeptByFamily() {
    var names = List.of("lat_bucket", "lat_sum", "lat_count", "reqs_total", "size_count");
    var types = List.of(3, 3, 3, 1, 5);
    var symbols = new ArrayList<>(List.of("", "__name__", "Help.", "s"));
    var request = Request.newBuilder();
    for (int i = 0; i < names.size(); i++) {
      request.addTimeseries(dev.marmoset.proto.prometheus.writev2.TimeSeries.newBuilder()
          .addAllLabelsRefs(List.of(1, symbols.size()))
          .addSamples(dev.marmoset.proto.prometheus.writev2.Sample.newBuilder().setTimestamp(NOW))
          .setMetadata(Metadata.newBuilder().setTypeValue(types.get(i)).setHelpRef(2).setUnitRef(3)));
      symbols.add(names.get(i));
    }
    assertThat(client.v2(request.addAllSymbols(symbols).build()).status()).isEqualTo(204);
    assertThat(client.storage.metadata()).containsOnlyKeys("lat", "reqs_total", "size").containsEntry("lat",
        new dev.marmoset.storage.MetricMetadata("lat", 3, "Help.", "s"));
  }

  @Test
  void case68MetadataRefOutOfRangeRefusesTheSeries() {
    var request = v2(NOW).toBuilder();
    request.getTimeseriesBuilder(0).setMetadata(Metadata.newBuilder().setHelpRef(99));
    assertThat(client.v2(request.build()).status()).isEqualTo(400);
    assertThat(client.storage.metadata()).isEmpty();
  }
}
