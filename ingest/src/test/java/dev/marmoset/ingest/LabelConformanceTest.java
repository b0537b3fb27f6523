package dev.marmoset.ingest;

import static dev.marmoset.ingest.WriteClient.NOW;
import static dev.marmoset.ingest.WriteClient.bits;
import static dev.marmoset.ingest.WriteClient.snappy;
import static dev.marmoset.ingest.WriteClient.written;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.UnknownFieldSet.Field;
import dev.marmoset.storage.labels.Labels;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Conformance cases 21–30 and the table of labels (facts, section 4): one rule for both versions.
class LabelConformanceTest {
  private final WriteClient client = new WriteClient();

  @Test
  void case21UnsortedLabelsAreTheSameSeriesAsSortedOnes() {
    client.v1(new Messages().series("__name__", "up", "job", "a", "zone", "z").sample(NOW, 1));
    assertThat(client.v1(new Messages().series("zone", "z", "__name__", "up", "job", "a").sample(NOW + 1, 2))
        .status())
        .isEqualTo(204);
    assertThat(client.v2(new Messages().series("job", "a", "zone", "z", "__name__", "up").sample(NOW + 2, 3))
        .status())
        .isEqualTo(204);
    assertThat(client.content()).hasSize(1);
    assertThat(client.samples("__name__", "up", "job", "a", "zone", "z")).containsOnlyKeys(NOW, NOW + 1,
        NOW + 2);
    assertThat(client.counter("marmoset.ingest.unsorted", "sender", "prometheus")).isEqualTo(2);
  }

  static Stream<Arguments> refused() {
    return Stream.of(Arguments.of("case 22", "missing_name", new String[] {"job", "a"}),
        Arguments.of("case 23", "missing_name", new String[] {"__name__", "", "job", "a"}),
        Arguments.of("no labels at all", "missing_name", new String[] {}),
        Arguments.of("case 92, array bug", "missing_name", new String[] {"", ""}),
        Arguments.of("case 25", "empty_label_name", new String[] {"__name__", "up", "", "a"}),
        Arguments.of("case 26", "duplicate_label", new String[] {"__name__", "up", "a", "x", "a", "y"}),
        Arguments.of("case 26, equal values", "duplicate_label",
            new String[] {"__name__", "up", "a", "x", "a", "x"}),
        Arguments.of("case 26, before dropping empties", "duplicate_label",
            new String[] {"__name__", "up", "a", "x",
              "b", "y", "a", ""}),
        Arguments.of("case 80, long name", "label_name_too_long",
            new String[] {"__name__", "up", "n".repeat(1025), "x"}),
        Arguments.of("case 80, long value", "label_value_too_long",
            new String[] {"__name__", "up", "a", "x".repeat(65537)}),
        Arguments.of("case 80, many", "too_many_labels", manyLabels(257)));
  }

  private static String[] manyLabels(int count) {
    String[] labels = new String[2 * count];
    labels[0] = "__name__";
    labels[1] = "up";
    for (int i = 1; i < count; i++) {
      labels[2 * i] = "label%04d".formatted(i);
      labels[2 * i + 1] = "v";
    }
    return labels;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void badLabelsRefuseTheirSeriesInBothVersions(String title, String reason, String[] labels) {
    var messages = new Messages().series(labels).sample(NOW, 1).metric("good").sample(NOW, 1);
    WriteResponse v1 = client.v1(messages);
    assertThat(v1.status()).isEqualTo(400);
    assertThat(v1.body()).startsWith("refused 1 of 2 samples");
    WriteResponse v2 = client.v2(messages);
    assertThat(v2.status()).isEqualTo(400);
    assertThat(written(v2)).isEqualTo("1/0/0");
    assertThat(client.content()).containsOnlyKeys(Labels.of("__name__", "good"));
    assertThat(client.storage.created()).isEqualTo(1);
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", reason)).isEqualTo(2);
  }

  @Test
  void case24EmptyValuesAreDropped() {
    assertThat(client.v1(new Messages().series("__name__", "up", "a", "", "b", "x").sample(NOW, 1)).status())
        .isEqualTo(204);
    assertThat(
        client.v2(new Messages().series("__name__", "up", "b", "x", "c", "").sample(NOW + 1, 1)).status())
        .isEqualTo(204);
    assertThat(client.content()).containsOnlyKeys(Labels.of("__name__", "up", "b", "x"));
  }

  static Stream<byte[]> invalidUtf8() {
    return Stream.of(new byte[] {'a', (byte) 0xC0, (byte) 0x80}, new byte[] {(byte) 0xFF},
        new byte[] {(byte) 0xE2, (byte) 0x82},
        new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80});
  }

  @ParameterizedTest
  @MethodSource("invalidUtf8")
  void case27InvalidUtf8IsRefused(byte[] bad) {
    UnknownFieldSet label = label(ByteString.copyFromUtf8("job"), ByteString.copyFrom(bad));
    UnknownFieldSet name = label(ByteString.copyFromUtf8("__name__"), ByteString.copyFromUtf8("up"));
    UnknownFieldSet badName = label(ByteString.copyFrom(bad), ByteString.copyFromUtf8("a"));
    assertThat(client.post("", "", snappy(series(name, label).toByteArray())).status()).isEqualTo(400);
    assertThat(client.post("", "", snappy(series(name, badName).toByteArray())).status()).isEqualTo(400);
    assertThat(client.content()).isEmpty();
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", "invalid_utf8")).isEqualTo(2);
  }

  private static UnknownFieldSet label(ByteString name, ByteString value) {
    return UnknownFieldSet.newBuilder().addField(1, Field.newBuilder().addLengthDelimited(name).build())
        .addField(2, Field.newBuilder().addLengthDelimited(value).build()).build();
  }

  private static UnknownFieldSet series(UnknownFieldSet... labels) {
    var labelField = Field.newBuilder();
    for (UnknownFieldSet label : labels) {
      labelField.addLengthDelimited(label.toByteString());
    }
    var sample = UnknownFieldSet.newBuilder().addField(2, Field.newBuilder().addVarint(NOW).build()).build();
    var series = UnknownFieldSet.newBuilder().addField(1, labelField.build())
        .addField(2, Field.newBuilder().addLengthDelimited(sample.toByteString()).build()).build();
    return UnknownFieldSet.newBuilder()
        .addField(1, Field.newBuilder().addLengthDelimited(series.toByteString()).build()).build();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a-b", "with.dots", "with spaces", "new\nline", "🚀", "日本語", "\uE000",
    "with\"quote\\"})
  void case28AnyUtf8IsAName(String text) {
    assertThat(client.v1(new Messages().series("__name__", text, text, text).sample(NOW, 1)).status())
        .isEqualTo(204);
    assertThat(client.v2(new Messages().series("__name__", text, text, text).sample(NOW, 1)).status())
        .isEqualTo(204);
    assertThat(client.content()).containsOnlyKeys(Labels.of("__name__", text, text, text));
  }

  @Test
  void case29OrderIsThatOfBytesNotOfUtf16() {
    assertThat(
        client.v1(new Messages().series("__name__", "up", "\uE000", "1", "🚀", "2").sample(NOW, 1)).status())
        .isEqualTo(204);
    assertThat(client.counter("marmoset.ingest.unsorted", "sender", "prometheus")).isZero();
    assertThat(client.content().firstKey().name(1)).isEqualTo("\uE000");
    client.v1(new Messages().series("__name__", "up", "🚀", "2", "\uE000", "1").sample(NOW, 1));
    assertThat(client.counter("marmoset.ingest.unsorted", "sender", "prometheus")).isEqualTo(1);
    assertThat(client.content()).hasSize(1);
  }

  @Test
  void case30OneSeriesMayComeTwice() {
    var twice = new Messages().metric("up").sample(NOW, 1).metric("up").sample(NOW - 5, 2).sample(NOW + 5, 3);
    assertThat(client.v1(twice).status()).isEqualTo(204);
    assertThat(written(client.v2(twice))).isEqualTo("3/0/0");
    assertThat(client.samples("__name__", "up")).containsEntry(NOW - 5, bits(2)).containsEntry(NOW, bits(1))
        .containsEntry(NOW + 5, bits(3)).hasSize(3);
  }

  @Test
  void case80LongValuesAndManyLabelsWithinTheLimitsAreStored() {
    assertThat(
        client.v1(new Messages().series("__name__", "up", "a", "x".repeat(65536)).sample(NOW, 1)).status())
        .isEqualTo(204);
    assertThat(client.v2(new Messages().series(manyLabels(256)).sample(NOW, 1)).status()).isEqualTo(204);
    assertThat(client.content()).hasSize(2);
  }

  @Test
  void labelSetOverTheLimitDoesNotSpoilTheSeriesBehindIt() {
    String wide = "x".repeat(60_000);
    String[] tooWide = {"__name__", "up", "a", wide, "b", wide + "1", "c", wide + "2", "d", "1"};
    var messages = new Messages().series(tooWide).sample(NOW, 1).series(tooWide).sample(NOW, 1)
        .series("__name__", "up", "a", wide, "b", "1", "c", wide, "d", "1").sample(NOW, 2);
    assertThat(written(client.v2(messages))).isEqualTo("1/0/0");
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", "labels_too_long")).isEqualTo(2);
    assertThat(client.content()).containsOnlyKeys(
        Labels.of("__name__", "up", "a", wide, "b", "1", "c", wide, "d", "1"));
    assertThat(client.v1(messages).status()).isEqualTo(400);
    assertThat(client.content()).hasSize(1);
  }

  @Test
  void labelNamedLikeTheReplicaLabelIsRenamed() {
    client.v1(new Messages().series("__name__", "up", "marmoset_replica", "x").sample(NOW, 1));
    client.v2(new Messages().series("marmoset_replica", "x", "__name__", "up").sample(NOW + 1, 1));
    assertThat(client.content())
        .containsOnlyKeys(Labels.of("__name__", "up", "exported_marmoset_replica", "x"));
    client
        .v1(new Messages().series("__name__", "up", "exported_marmoset_replica", "y", "marmoset_replica", "x")
            .sample(NOW, 1));
    assertThat(client.content()).containsKey(Labels.of("__name__", "up", "exported_marmoset_replica", "y",
        "exported_exported_marmoset_replica", "x"));
    assertThat(client.counter("marmoset.ingest.lenient.requests", "kind", "replica_label")).isEqualTo(3);
  }

  @Test
  void labelsInterruptedByOtherFieldsAreCopiedTogether() {
    var whole = new Messages().series("__name__", "up", "job", "a").sample(NOW, 1).v1().getTimeseries(0);
    var split = whole.toBuilder().clearLabels().addLabels(whole.getLabels(0)).build().toByteString();
    var rest =
        whole.toBuilder().clearLabels().clearSamples().addLabels(whole.getLabels(1)).build().toByteString();
    var body = UnknownFieldSet.newBuilder().addField(1, Field.newBuilder()
        .addLengthDelimited(split.concat(rest)).build()).build();
    assertThat(client.post("", "", snappy(body.toByteArray())).status()).isEqualTo(204);
    assertThat(client.post("", "", snappy(body.toByteArray())).status()).isEqualTo(204);
    assertThat(client.content()).containsOnlyKeys(Labels.of("__name__", "up", "job", "a"));
    assertThat(client.counter("marmoset.ingest.unsorted", "sender", "prometheus")).isZero();
  }
}
