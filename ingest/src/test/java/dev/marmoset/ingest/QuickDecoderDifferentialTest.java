package dev.marmoset.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.MessageLite;
import dev.marmoset.ingest.body.BodyResult;
import dev.marmoset.ingest.body.ByteBudget;
import dev.marmoset.ingest.body.RequestBody;
import dev.marmoset.ingest.decode.Decoded;
import dev.marmoset.ingest.verdict.Ingester;
import dev.marmoset.ingest.verdict.SeriesGate;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Metadata;
import dev.marmoset.proto.prometheus.writev2.Request;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// What the quick decoders conjecture and a store confirms is what the full decoders read: two stores that get the same
/// messages, one of them only through the full decoders, hold the same in the end. Each run draws from a printed seed.
class QuickDecoderDifferentialTest {
  private static final int MESSAGES = 20_000;
  /// Nine and eighteen bytes that look like a sample of value 0, and of another value, at the end of a series.
  private static final String LIKE_ZERO_SAMPLE = "\u0012\u0007\u0010é日a";
  private static final String LIKE_SAMPLE = "\u0012\u0010\u0009abcdefgh\u0010é日a";
  private static final List<String> NAMES = List.of("__name__", "a", "b", "zone");
  private static final List<String> VALUES =
      List.of("up", "node", "x".repeat(130), LIKE_SAMPLE, LIKE_ZERO_SAMPLE, "v" + LIKE_ZERO_SAMPLE,
          "v" + LIKE_SAMPLE, "");

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private final FakeStorage quickStorage = new FakeStorage(() -> WriteClient.NOW, 24 * WriteClient.HOUR);
  private final FakeStorage fullStorage = new FakeStorage(() -> WriteClient.NOW, 24 * WriteClient.HOUR);
  private final Workspace quick = workspace(quickStorage);
  private final Workspace full = workspace(fullStorage);
  private int held;
  private int refuted;

  private static Workspace workspace(FakeStorage storage) {
    return new Workspace(storage, WriteOptions.defaults(), new ByteBudget(1L << 30));
  }

  @Test
  void version1() {
    for (int i = 0; i < MESSAGES; i++) {
      send(messageV1(), WireVersion.V1);
    }
    compare();
  }

  @Test
  void version2() {
    for (int i = 0; i < MESSAGES; i++) {
      send(messageV2(), WireVersion.V2);
    }
    compare();
  }

  /// The numbers of a series' symbols differ from request to request, and one number means different texts.
  @Test
  void symbolsAreKnownByTheirTexts() {
    send(new Messages().series("__name__", "up", "job", "a").sample(WriteClient.NOW, 1).v2(), WireVersion.V2);
    send(new Messages().series("__name__", "up", "job", "a").sample(WriteClient.NOW + 1, 1).v2(),
        WireVersion.V2);
    send(new Messages().series("__name__", "up", "job", "b").sample(WriteClient.NOW + 2, 1).v2(),
        WireVersion.V2);
    assertThat(List.of(held, refuted)).isEqualTo(List.of(0, 3));
    send(new Messages().series("__name__", "up", "job", "b").sample(WriteClient.NOW + 3, 1).v2(),
        WireVersion.V2);
    assertThat(refuted).isEqualTo(4);
    send(new Messages().series("__name__", "up", "job", "b").sample(WriteClient.NOW + 4, 1)
        .series("__name__", "up", "job", "a").sample(WriteClient.NOW + 4, 1).v2(), WireVersion.V2);
    assertThat(held).isEqualTo(1);
    assertThat(quickStorage.content()).hasSize(2).isEqualTo(fullStorage.content());
  }

  @Test
  void refusalOfASeriesKnownByItsSymbolsNamesItsLabels() {
    for (int i = 0; i < 3; i++) {
      send(new Messages().series("__name__", "up", "job", "a").sample(WriteClient.NOW + i, 1).v2(),
          WireVersion.V2);
    }
    byte[] tooOld = new Messages().series("__name__", "up", "job", "a").sample(WriteClient.NOW / 2, 1).v2()
        .toByteArray();
    RequestBody body = read(quick, tooOld);
    assertThat(quick.decode(WireVersion.V2, body)).isEqualTo(Decoded.COMPLETE);
    assertThat(quick.batch.isConjecture()).isTrue();
    Ingester.Verdict verdict = quick.ingester.ingest(quick.batch, quick.stats, SeriesGate.OPEN);
    assertThat(verdict).isNotNull();
    assertThat(verdict.ifDurable().toString()).contains("{__name__=\"up\", job=\"a\"}");
  }

  @Test
  void labelThatLooksLikeASampleIsNone() {
    WriteRequest stored = WriteRequest.newBuilder().addTimeseries(
        series().addSamples(Sample.newBuilder().setTimestamp(WriteClient.NOW).setValue(1))).build();
    send(stored, WireVersion.V1);
    send(WriteRequest.newBuilder().addTimeseries(series()).build(), WireVersion.V1);
    assertThat(refuted).isEqualTo(2);
    assertThat(quickStorage.content().values()).hasSize(1)
        .allSatisfy(samples -> assertThat(samples).hasSize(1));
  }

  private static TimeSeries.Builder series() {
    return TimeSeries.newBuilder()
        .addLabels(Label.newBuilder().setName("__name__").setValue("up" + LIKE_ZERO_SAMPLE));
  }

  private void compare() {
    assertThat(quickStorage.content()).as("seed %d", seed).isEqualTo(fullStorage.content());
    assertThat(held).as("seed %d", seed).isGreaterThan(MESSAGES / 10);
    assertThat(refuted).as("seed %d", seed).isGreaterThan(MESSAGES / 100);
  }

  private void send(MessageLite message, WireVersion version) {
    byte[] bytes = message.toByteArray();
    RequestBody body = read(quick, bytes);
    if (quick.decode(version, body) instanceof Decoded.Complete) {
      boolean conjecture = quick.batch.isConjecture();
      Ingester.Verdict verdict = quick.ingester.ingest(quick.batch, quick.stats, SeriesGate.OPEN);
      held += conjecture && verdict != null ? 1 : 0;
      if (verdict == null) {
        refuted++;
        if (quick.decodeFully(version, body) instanceof Decoded.Complete) {
          assertThat(quick.ingester.ingest(quick.batch, quick.stats, SeriesGate.OPEN)).isNotNull();
        }
      }
    }
    if (full.decodeFully(version, read(full, bytes)) instanceof Decoded.Complete) {
      assertThat(full.ingester.ingest(full.batch, full.stats, SeriesGate.OPEN)).isNotNull();
    }
    assertThat(quick.stats.samples()).as("seed %d, message %s", seed, message)
        .isEqualTo(full.stats.samples());
    assertThat(quick.stats.refusals()).as("seed %d, message %s", seed, message)
        .isEqualTo(full.stats.refusals());
  }

  private static RequestBody read(Workspace workspace, byte[] bytes) {
    workspace.stats.begin();
    var body = new RequestBody(WriteOptions.defaults().limits().body(), new ByteBudget(1L << 30));
    assertThat(body.read(new ByteArrayInputStream(bytes), bytes.length, false))
        .isInstanceOf(BodyResult.Complete.class);
    return body;
  }

  /// Mostly what a sender repeats; now and then something else in one of its series.
  private WriteRequest messageV1() {
    var request = WriteRequest.newBuilder();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      var series = TimeSeries.newBuilder();
      for (String name : NAMES) {
        if (name.equals("__name__") || random.nextInt(3) == 0) {
          String value = VALUES.get(random.nextInt(random.nextInt(4) == 0 ? VALUES.size() : 2));
          series.addLabels(Label.newBuilder().setName(name).setValue(value));
        }
      }
      int samples = random.nextInt(12) == 0 ? random.nextInt(4) : 1;
      for (int i = 0; i < samples; i++) {
        series.addSamples(Sample.newBuilder().setTimestamp(time()).setValue(random.nextInt(3) - 1));
      }
      request.addTimeseries(series);
    }
    return request.build();
  }

  private Request messageV2() {
    var request = Request.newBuilder().addSymbols("");
    var symbols = new ArrayList<>(NAMES);
    symbols.addAll(VALUES);
    Collections.shuffle(symbols, random);
    request.addAllSymbols(symbols);
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      var series = dev.marmoset.proto.prometheus.writev2.TimeSeries.newBuilder();
      for (String name : NAMES) {
        if (name.equals("__name__") || random.nextInt(3) == 0) {
          String value = VALUES.get(random.nextInt(random.nextInt(4) == 0 ? VALUES.size() : 2));
          int padded = random.nextInt(200) == 0 ? VALUES.size() + 50 : 0;
          series.addLabelsRefs(1 + symbols.indexOf(name)).addLabelsRefs(padded + 1 + symbols.indexOf(value));
        }
      }
      int samples = random.nextInt(12) == 0 ? random.nextInt(4) : 1;
      for (int i = 0; i < samples; i++) {
        series.addSamples(dev.marmoset.proto.prometheus.writev2.Sample.newBuilder().setTimestamp(time())
            .setValue(random.nextInt(3) - 1).setStartTimestamp(random.nextInt(30) == 0 ? 1 : 0));
      }
      if (random.nextInt(3) == 0) {
        series.setMetadata(Metadata.newBuilder().setTypeValue(random.nextInt(20) == 0 ? 1 : 0));
      }
      request.addTimeseries(series);
    }
    return request.build();
  }

  private long time() {
    return switch (random.nextInt(40)) {
      case 0 -> random.nextLong();
      case 1 -> random.nextInt();
      default -> WriteClient.NOW - random.nextInt(1_000_000);
    };
  }
}
