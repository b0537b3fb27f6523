package dev.marmoset.ingest;

import static dev.marmoset.ingest.WriteClient.HOUR;
import static dev.marmoset.ingest.WriteClient.NOW;
import static dev.marmoset.ingest.WriteClient.V1_TYPE;
import static dev.marmoset.ingest.WriteClient.V2_TYPE;
import static dev.marmoset.ingest.WriteClient.bits;
import static dev.marmoset.ingest.WriteClient.snappy;
import static dev.marmoset.ingest.WriteClient.written;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.ingest.account.Origin;
import dev.marmoset.ingest.account.Senders;
import dev.marmoset.ingest.body.BodyLimits;
import dev.marmoset.ingest.decode.IngestLimits;
import dev.marmoset.storage.labels.Labels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xerial.snappy.SnappyFramedOutputStream;

/// Conformance cases 83–93: what senders declare wrongly, and what protects the store from them.
class FrontDoorConformanceTest {
  private static final Messages UP = new Messages().metric("up").sample(NOW, 1);
  /// Captured from npm prometheus-remote-write 0.5.1 (facts, 6.3).
  private static final String NPM_BODY =
      "b901f08a0ab6010a0e0a077365727669636512037376630a260a085f5f6e616d655f5f121a726573706f6e73655f7374"
          + "617475735f636f64655f746f74616c0a120a0b7374617475735f636f646512033230300a0d0a066d6574686f64120347"
          + "45540a0e0a05726f75746512052f76312f780a100a0a6163636f756e745f6964120261310a130a0a5f756e6971756501"
          + "12240563662e677a1210090005012008401080d095ffbc31151220104010f08195ffbc31";

  private final WriteClient client = new WriteClient();

  /// Wraps a stream around a stream.
  private interface Coding {
    OutputStream over(OutputStream out) throws IOException;
  }

  private static byte[] coded(Coding coding, byte[] raw) throws IOException {
    var out = new ByteArrayOutputStream();
    try (OutputStream stream = coding.over(out)) {
      stream.write(raw);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "snappy"})
  void case83OtherCodingsAreRecognisedAndCounted(String encoding) throws IOException {
    byte[] v1 = UP.v1().toByteArray();
    byte[] v2 = UP.v2().toByteArray();
    Map<String, Coding> codings =
        Map.of("framed", SnappyFramedOutputStream::new, "gzip", GZIPOutputStream::new,
            "plain", out -> out);
    for (var coding : codings.entrySet()) {
      assertThat(client.post(V1_TYPE, encoding, coded(coding.getValue(), v1)).status()).isEqualTo(204);
      assertThat(written(client.post(V2_TYPE, encoding, coded(coding.getValue(), v2)))).isEqualTo("1/0/0");
      assertThat(client.counter("marmoset.ingest.lenient.requests", "kind", coding.getKey())).isEqualTo(2);
    }
  }

  @Test
  void case84ZstdBodyIs415() {
    byte[] zstd = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD, 0, 0, 0};
    assertThat(client.post(V1_TYPE, "snappy", zstd).status()).isEqualTo(415);
    assertThat(client.post(V1_TYPE, "", zstd).status()).isEqualTo(415);
  }

  @Test
  void case85IdentityIsPlainAndNotSniffed() {
    assertThat(client.post(V1_TYPE, "identity", UP.v1().toByteArray()).status()).isEqualTo(204);
    assertThat(client.post(V1_TYPE, "Identity", snappy(UP.v1())).status()).isEqualTo(400);
    assertThat(client.counter("marmoset.ingest.lenient.requests", "kind", "plain")).isZero();
  }

  @Test
  void case87BombsAre413() throws IOException {
    var defaults = IngestLimits.defaults();
    var limits =
        new IngestLimits(new BodyLimits(1 << 20, 2 << 20, 16 << 20), defaults.labels(), defaults.maxSamples(),
            defaults.commitTimeout());
    var small = new WriteClient(HOUR, WriteOptions.defaults().with(limits));
    byte[] zeros = new byte[(2 << 20) + 1];
    for (byte[] bomb : new byte[][] {coded(GZIPOutputStream::new, zeros),
      coded(SnappyFramedOutputStream::new, zeros),
      snappy(zeros)}) {
      WriteResponse response = small.post(V1_TYPE, "snappy", bomb);
      assertThat(response.status()).isEqualTo(413);
      assertThat(response.body()).contains("after decompression");
    }
    byte[] large = new byte[(1 << 20) + 1];
    assertThat(small.post(V1_TYPE, "snappy", large).status()).isEqualTo(413);
    assertThat(small.post(V1_TYPE, "identity", large, -1).status()).as("chunked").isEqualTo(413);
    assertThat(small.post(V1_TYPE, "snappy", new byte[0], 1L << 40).status()).as("declared").isEqualTo(413);
  }

  @Test
  void case89SenderIsNamedInCounters() {
    client.handle(
        new WriteRequestHead("POST", V1_TYPE, "snappy", "vmagent", "", -1, new Origin("", "team-a", "")),
        snappy(UP.v1()));
    assertThat(client.counter("marmoset.ingest.samples", "sender", "team-a")).isEqualTo(1);
    client.handle(
        new WriteRequestHead("POST", V1_TYPE, "snappy", "node-fetch/1.0 (+https)", "", -1, Origin.UNKNOWN),
        snappy(UP.v1()));
    assertThat(client.counter("marmoset.ingest.samples", "sender", "node-fetch")).isEqualTo(1);
    client.handle(new WriteRequestHead("POST", V1_TYPE, "snappy", "", "", -1, Origin.UNKNOWN),
        snappy(UP.v1()));
    assertThat(client.counter("marmoset.ingest.samples", "sender", "unknown")).isEqualTo(1);
  }

  @Test
  void sendersBeyondTheBoundShareOneName() {
    for (int i = 0; i < Senders.MAX_UNPROVEN + 5; i++) {
      client.handle(new WriteRequestHead("POST", V1_TYPE, "snappy", "", "", -1, new Origin("", "s" + i, "")),
          snappy(UP.v1()));
    }
    assertThat(client.counter("marmoset.ingest.samples", "sender", "other")).isEqualTo(5);
  }

  @Test
  void case91NpmFixtureIsTheSortedSeries() {
    WriteResponse response =
        client.handle(new WriteRequestHead("POST", V1_TYPE, "", "node", "", 180, Origin.UNKNOWN),
            HexFormat.of().parseHex(NPM_BODY));
    assertThat(response.body()).isEmpty();
    assertThat(response.status()).isEqualTo(204);
    assertThat(client.content())
        .containsOnlyKeys(Labels.of("__name__", "response_status_code_total", "_unique_id",
            "cf.gz", "account_id", "a1", "method", "GET", "route", "/v1/x", "service", "svc", "status_code",
            "200"));
    assertThat(client.content().values()).containsExactly(new TreeMap<>(
        Map.of(NOW, bits(3), 1_699_999_990_000L, bits(4))));
    assertThat(client.counter("marmoset.ingest.unsorted", "sender", "node")).isEqualTo(1);
  }

  @Test
  void case92CausesAreNamed() {
    assertThat(client.v1(new Messages().metric("up").sample(NOW / 1000, 1)).body())
        .contains("looks like seconds, expected milliseconds");
    assertThat(client.v1(new Messages().metric("up").sample(NOW + HOUR, 1)).body())
        .contains("sender clock is 1h ahead");
    assertThat(client.v1(new Messages().metric("up").sample(NOW * 1_000_000, 1)).body())
        .contains("looks like nanoseconds, expected milliseconds");
    assertThat(client.v1(new Messages().metric("up").sample(NOW * 1_000, 1)).body())
        .contains("looks like microseconds, expected milliseconds");
    assertThat(client.v1(new Messages().series("", "").sample(NOW, 1)).body())
        .contains("series without __name__ (labels passed as an array?)");
    assertThat(client.v1(new Messages().metric("up").sample(NOW - 25 * HOUR, 1)).body())
        .contains("at most 24h old").doesNotContain("seconds");
  }

  @Test
  void case93TextIsBoundedAndCountsAreExact() {
    var bad = new Messages().metric("good").sample(NOW, 1);
    for (int i = 0; i < 10_000; i++) {
      bad.series("__name__", "m", "long", "日本\n\"".repeat(100) + i).sample(0, i);
    }
    WriteResponse response = client.v2(bad);
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body().getBytes(UTF_8)).hasSizeLessThanOrEqualTo(1024);
    assertThat(response.body())
        .startsWith("refused 10000 of 10001 samples: too old 10000; the others are stored\n");
    assertThat(response.body().lines()).hasSize(2);
    assertThat(response.body().lines().toList().get(1))
        .startsWith("too_old 10000: samples may be at most 24h old")
        .contains("e.g. {__name__=\"m\", long=\"");
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", "too_old")).isEqualTo(10_000);
  }

  @Test
  void columnsThatOutgrowTheMemoryAre503AndPaidBack() {
    var defaults = IngestLimits.defaults();
    var limits =
        new IngestLimits(new BodyLimits(1 << 20, 1 << 20, 2 << 20), defaults.labels(), defaults.maxSamples(),
            defaults.commitTimeout());
    var small = new WriteClient(HOUR, WriteOptions.defaults().with(limits));
    var empty = new Messages().metric("up");
    for (int i = 0; i < 200_000; i++) {
      empty.bits(0, 0);
    }
    for (int i = 0; i < 3; i++) {
      WriteResponse response = small.v1(empty);
      assertThat(response.status()).isEqualTo(503);
      assertThat(response.headers()).containsKey("Retry-After");
      assertThat(small.v2(empty).status()).isEqualTo(503);
      assertThat(small.v1(UP).status()).isEqualTo(204);
    }
  }

  @Test
  void memoryOfRefusedBodiesIsGivenBack() {
    var defaults = IngestLimits.defaults();
    var limits =
        new IngestLimits(new BodyLimits(1 << 20, 1 << 20, 2 << 20), defaults.labels(), defaults.maxSamples(),
            defaults.commitTimeout());
    var small = new WriteClient(HOUR, WriteOptions.defaults().with(limits));
    for (int i = 0; i < 3; i++) {
      assertThat(small.post(V1_TYPE, "identity", new byte[1 << 20]).status()).as("all is given back")
          .isEqualTo(400);
    }
  }

  @Test
  void requestWithTooManySamplesIs413() {
    var defaults = IngestLimits.defaults();
    var few = new IngestLimits(defaults.body(), defaults.labels(), 2, defaults.commitTimeout());
    var small = new WriteClient(HOUR, WriteOptions.defaults().with(few));
    var three = new Messages().metric("up").sample(NOW, 1).sample(NOW + 1, 1).sample(NOW + 2, 1);
    assertThat(small.v1(three).status()).isEqualTo(413);
    assertThat(small.v2(three).status()).isEqualTo(413);
    assertThat(small.content()).isEmpty();
  }

  @Test
  void brokenConnectionIs503() {
    var input = new InputStream() {
      @Override
      public int read() throws IOException {
        throw new IOException("connection reset");
      }
    };
    var handler = new RemoteWriteHandler(client.storage, () -> WriteGate.State.OPEN,
        WriteClient.ledger(), WriteOptions.defaults());
    assertThat(
        handler.handle(new WriteRequestHead("POST", "", "", "", "", -1, Origin.UNKNOWN), input).status())
        .isEqualTo(503);
  }
}
