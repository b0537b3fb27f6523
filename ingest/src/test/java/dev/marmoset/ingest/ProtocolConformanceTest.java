package dev.marmoset.ingest;

import static dev.marmoset.ingest.WriteClient.NOW;
import static dev.marmoset.ingest.WriteClient.V1_TYPE;
import static dev.marmoset.ingest.WriteClient.V2_TYPE;
import static dev.marmoset.ingest.WriteClient.bits;
import static dev.marmoset.ingest.WriteClient.snappy;
import static dev.marmoset.ingest.WriteClient.written;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.ingest.account.Origin;
import dev.marmoset.ingest.decode.IngestLimits;
import dev.marmoset.proto.prometheus.MetricMetadata;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Metadata;
import dev.marmoset.proto.prometheus.writev2.Request;
import dev.marmoset.proto.prometheus.writev2.Sample;
import dev.marmoset.proto.prometheus.writev2.TimeSeries;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Conformance cases 1–20: HTTP and wire.
class ProtocolConformanceTest {
  private static final Messages UP = new Messages().metric("up").sample(NOW, 1);

  private final WriteClient client = new WriteClient();

  @Test
  void case1OnlyPostIsAllowed() {
    WriteResponse response =
        client.handle(new WriteRequestHead("GET", "", "", "", "", -1, Origin.UNKNOWN), new byte[0]);
    assertThat(response.status()).isEqualTo(405);
    assertThat(response.headers()).containsEntry("Allow", "POST");
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/json", "image/png", "application/x-www-form-urlencoded",
    "application/x-protobuf;proto=bogus", "application/x-protobuf;proto", "application/x-protobuf;=x",
    "text/plain"})
  void case2And3OtherTypesAre415WhateverTheBodyIs(String type) {
    assertThat(client.post(type, "snappy", snappy(UP.v1())).status()).isEqualTo(415);
    assertThat(client.post(type, "snappy", new byte[] {1, 2, 3}).status()).isEqualTo(415);
    assertThat(client.content()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/x-protobuf; proto=io.prometheus.write.v2.Request",
    "Application/X-Protobuf ; Proto=\"io.prometheus.write.v2.Request\"",
    "application/x-protobuf;charset=utf-8;proto=io.prometheus.write.v2.Request"})
  void case4And86AnySpellingOfTheTypeIsVersion2(String type) {
    WriteResponse response = client.post(type, "SNAPPY", snappy(UP.v2()));
    assertThat(response.status()).isEqualTo(204);
    assertThat(written(response)).isEqualTo("1/0/0");
    assertThat(client.samples("__name__", "up")).containsEntry(NOW, bits(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "application/x-protobuf;proto=prometheus.WriteRequest",
    "application/octet-stream",
    "application/x-protobuf"})
  void case5And6AndAbsentTypesAreVersion1(String type) {
    assertThat(client.post(type, "snappy", snappy(UP.v1())).status()).isEqualTo(204);
    assertThat(client.samples("__name__", "up")).containsEntry(NOW, bits(1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "deflate", "br", "zstd", "x-snappy", "snappy, gzip", "snappy,snappy"})
  void case7And84OtherEncodingsAre415WhateverTheBodyIs(String encoding) {
    assertThat(client.post(V1_TYPE, encoding, snappy(UP.v1())).status()).isEqualTo(415);
    assertThat(client.post(V2_TYPE, encoding, new byte[0]).status()).isEqualTo(415);
    assertThat(written(client.post(V2_TYPE, encoding, new byte[0]))).isEqualTo("0/0/0");
  }

  @Test
  void case8AbsentEncodingIsSnappy() {
    assertThat(client.post(V1_TYPE, "", snappy(UP.v1())).status()).isEqualTo(204);
    assertThat(client.counter("marmoset.ingest.lenient.requests", "kind", "no_content_encoding"))
        .isEqualTo(1);
  }

  @Test
  void case9EmptyBodyIsRefusedAndAnEmptyMessageIsNot() {
    assertThat(client.post(V1_TYPE, "snappy", new byte[0]).status()).isEqualTo(400);
    assertThat(client.post(V2_TYPE, "snappy", new byte[0]).status()).isEqualTo(400);
    assertThat(client.v1(WriteRequest.getDefaultInstance()).status()).isEqualTo(204);
    WriteResponse response = client.v2(Request.getDefaultInstance());
    assertThat(response.status()).isEqualTo(204);
    assertThat(written(response)).isEqualTo("0/0/0");
  }

  @Test
  void case10CorruptFirstByteIsRefused() {
    byte[] body = snappy(UP.v1());
    body[0] ^= 0x55;
    WriteResponse response = client.post(V1_TYPE, "snappy", body);
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body()).contains("not a snappy block");
  }

  @Test
  void case11SnappyOfGarbageIsRefused() {
    assertThat(client.post(V1_TYPE, "snappy", snappy("no protobuf at all".getBytes(UTF_8))).status())
        .isEqualTo(400);
  }

  @Test
  void case12ImpossibleLengthIsRefusedBeforeAllocating() {
    byte[] body = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F, 0};
    assertThat(client.post(V1_TYPE, "snappy", body).status()).isEqualTo(413);
    byte[] below = {(byte) 0x80, (byte) 0x80, (byte) 0x80, 0x10, 0, 0};
    assertThat(client.post(V1_TYPE, "snappy", below).status()).isEqualTo(400);
  }

  @Test
  void case13BodyOfTheOtherVersionIsNamed() {
    WriteResponse v2AsV1 = client.post(V1_TYPE, "snappy", snappy(UP.v2()));
    assertThat(v2AsV1.status()).isEqualTo(400);
    assertThat(v2AsV1.body()).contains("names remote write 1.0").contains("message of remote write 2.0");
    WriteResponse v1AsV2 = client.post(V2_TYPE, "snappy", snappy(UP.v1()));
    assertThat(v1AsV2.status()).isEqualTo(400);
    assertThat(v1AsV2.body()).contains("names remote write 2.0").contains("message of remote write 1.0");
    assertThat(written(v1AsV2)).isEqualTo("0/0/0");
    assertThat(client.content()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"'1,2,3,99'", "'1,2,3'", "'1,2,3,4294967295'"})
  void case14And15BadReferencesRefuseTheirSeriesOnly(String refs) {
    var bad = TimeSeries.newBuilder().addSamples(Sample.newBuilder().setTimestamp(NOW));
    for (String ref : refs.split(",")) {
      bad.addLabelsRefs((int) Long.parseLong(ref));
    }
    var request = Request.newBuilder().addAllSymbols(List.of("", "__name__", "up", "job", "a"))
        .addTimeseries(bad)
        .addTimeseries(TimeSeries.newBuilder().addAllLabelsRefs(List.of(1, 2)).addSamples(Sample.newBuilder()
            .setTimestamp(NOW).setValue(3)));
    WriteResponse response = client.v2(request.build());
    assertThat(response.status()).isEqualTo(400);
    assertThat(written(response)).isEqualTo("1/0/0");
    assertThat(client.samples("__name__", "up")).containsEntry(NOW, bits(3));
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", "bad_symbol_ref")).isEqualTo(1);
  }

  @Test
  void case15FirstSymbolMayBeAnything() {
    var request =
        Request.newBuilder().addAllSymbols(List.of("__name__", "up")).addTimeseries(TimeSeries.newBuilder()
            .addAllLabelsRefs(List.of(0, 1)).addSamples(Sample.newBuilder().setTimestamp(NOW).setValue(3)));
    assertThat(client.v2(request.build()).status()).isEqualTo(204);
    assertThat(client.samples("__name__", "up")).containsEntry(NOW, bits(3));
  }

  @Test
  void case16OnlyVersion2AnswersCounters() {
    assertThat(written(client.v1(UP))).isEmpty();
    assertThat(written(client.v2(UP))).isEqualTo("1/0/0");
    assertThat(client.v1(UP).body()).isEmpty();
  }

  @Test
  void case17MetadataAloneIsFineInVersion1() {
    var request = WriteRequest.newBuilder().addMetadata(MetricMetadata.newBuilder().setMetricFamilyName("up")
        .setHelp("whether it is").setType(MetricMetadata.MetricType.GAUGE).setUnit("bool"));
    assertThat(client.v1(request.build()).status()).isEqualTo(204);
    assertThat(client.v1(new Messages().metric("up")).status()).as("1.0 series without samples")
        .isEqualTo(204);
  }

  @Test
  void case18SeriesWithoutSamplesIsRefusedInVersion2() {
    var request = new Messages().metric("up").sample(NOW, 1).v2().toBuilder()
        .addTimeseries(
            TimeSeries.newBuilder().addAllLabelsRefs(List.of(1, 2)).setMetadata(Metadata.newBuilder()
                .setType(Metadata.MetricType.METRIC_TYPE_GAUGE)));
    WriteResponse response = client.v2(request.build());
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body()).contains("series without samples 1");
    assertThat(written(response)).isEqualTo("1/0/0");
  }

  @Test
  void case19WritesAreRefusedWhileStartingAndDraining() {
    client.gate = WriteGate.State.STARTING;
    WriteResponse starting = client.v1(UP);
    assertThat(starting.status()).isEqualTo(503);
    assertThat(starting.headers()).containsKey("Retry-After");
    client.gate = WriteGate.State.DRAINING;
    WriteResponse draining = client.v1(UP);
    assertThat(draining.status()).isEqualTo(503);
    assertThat(draining.headers()).doesNotContainKey("Retry-After").containsEntry("Connection", "close");
    assertThat(client.content()).isEmpty();
  }

  @Test
  void case20FailingLogIs503AndTheRetryIsClean() {
    client.storage.commits(FakeStorage.Commits.UNAVAILABLE);
    WriteResponse failed = client.v2(UP);
    assertThat(failed.status()).isEqualTo(503);
    assertThat(failed.headers()).containsEntry("Retry-After", "1");
    assertThat(failed.body()).contains("no space left on device");
    assertThat(client.content()).isEmpty();
    client.storage.commits(FakeStorage.Commits.DURABLE);
    assertThat(written(client.v2(UP))).isEqualTo("1/0/0");
  }

  @Test
  void case94BadSamplesAndAFailingLogAre503ThenTheRetryIs400() {
    var mixed = new Messages().metric("up").sample(NOW, 1).sample(0, 1);
    client.storage.commits(FakeStorage.Commits.UNAVAILABLE);
    assertThat(client.v2(mixed).status()).isEqualTo(503);
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", "too_old")).isZero();
    client.storage.commits(FakeStorage.Commits.DURABLE);
    assertThat(client.v2(mixed).status()).isEqualTo(400);
  }

  @Test
  void logThatDoesNotAnswerIs503() {
    var limits = IngestLimits.defaults();
    var hasty = new IngestLimits(limits.body(), limits.labels(), limits.maxSamples(), Duration.ofMillis(1));
    var impatient =
        new WriteClient(WriteClient.HOUR, WriteOptions.defaults().with(hasty));
    impatient.storage.commits(FakeStorage.Commits.NEVER);
    WriteResponse response = impatient.v1(UP);
    assertThat(response.status()).isEqualTo(503);
    assertThat(response.body()).contains("within 1 ms");
  }

  @Test
  void successMayBe200() {
    var client200 = new WriteClient(WriteClient.HOUR,
        WriteOptions.defaults().with(new WriteOptions.Statuses(200, 400)));
    assertThat(client200.v1(UP).status()).isEqualTo(200);
  }

  @Test
  void case96StartTimestampsAreAcceptedAndDropped() {
    var request = Request.newBuilder().addAllSymbols(List.of("", "__name__", "up"))
        .addTimeseries(TimeSeries.newBuilder()
            .addAllLabelsRefs(List.of(1, 2)).setCreatedTimestamp(5)
            .addSamples(Sample.newBuilder().setTimestamp(NOW).setValue(3).setStartTimestamp(7)));
    WriteResponse response = client.v2(request.build());
    assertThat(response.status()).isEqualTo(204);
    assertThat(written(response)).isEqualTo("1/0/0");
    assertThat(client.samples("__name__", "up")).hasSize(1);
  }
}
