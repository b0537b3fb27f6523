package dev.marmoset.storage.block.meta;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UnsupportedFormatException;
import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BlockMetaFormatTest {
  private static final Path PATH = Path.of("block", "meta.json");
  private static final Ulid ULID = Ulid.parse("01J000000000000000000000AA");

  @Test
  void readsWhatItWrites() throws IOException {
    assertThat(BlockMetaFormat.decode(PATH, BlockMetaFormat.encode(full()))).isEqualTo(full());
  }

  @Test
  void writesTheMembersThatPrometheusAndThanosWrite() {
    assertThat(new String(BlockMetaFormat.encode(full()), UTF_8)).isEqualTo("""
        {
        \t"ulid": "01J000000000000000000000AA",
        \t"minTime": -9223372036854775808,
        \t"maxTime": 9223372036854775807,
        \t"stats": {
        \t\t"numSamples": 3,
        \t\t"numFloatSamples": 2,
        \t\t"numHistogramSamples": 1,
        \t\t"numSeries": 2,
        \t\t"numChunks": 2
        \t},
        \t"compaction": {
        \t\t"level": 1,
        \t\t"sources": [
        \t\t\t"01J000000000000000000000AA"
        \t\t],
        \t\t"parents": [
        \t\t\t{
        \t\t\t\t"ulid": "01J000000000000000000000AA",
        \t\t\t\t"minTime": 1,
        \t\t\t\t"maxTime": 2
        \t\t\t}
        \t\t],
        \t\t"hints": [
        \t\t\t"from-out-of-order"
        \t\t]
        \t},
        \t"version": 1,
        \t"thanos": {
        \t\t"version": 1,
        \t\t"labels": {
        \t\t\t"cluster": "eu",
        \t\t\t"\uE000": "before",
        \t\t\t"🚀": "after"
        \t\t},
        \t\t"downsample": {
        \t\t\t"resolution": 0
        \t\t},
        \t\t"source": "receive",
        \t\t"segment_files": [
        \t\t\t"000001"
        \t\t],
        \t\t"files": [
        \t\t\t{
        \t\t\t\t"rel_path": "chunks/000001",
        \t\t\t\t"size_bytes": 12,
        \t\t\t\t"hash": {
        \t\t\t\t\t"hashFunc": "SHA256",
        \t\t\t\t\t"value": "abc"
        \t\t\t\t}
        \t\t\t},
        \t\t\t{
        \t\t\t\t"rel_path": "meta.json"
        \t\t\t}
        \t\t],
        \t\t"index_stats": {
        \t\t\t"series_max_size": 64,
        \t\t\t"chunk_max_size": 300
        \t\t},
        \t\t"upload_time": "2026-01-02T03:04:05Z",
        \t\t"extensions": {
        \t\t\t"marmoset": {
        \t\t\t\t"k": 0
        \t\t\t}
        \t\t}
        \t}
        }
        """);
  }

  @Test
  void passesOverMembersItDoesNotKnow() throws IOException {
    String text =
        "{\"ulid\":\"01J000000000000000000000AA\",\"minTime\":1,\"maxTime\":2,\"version\":1,\"new\":{\"x\":[null]},"
            + "\"stats\":{\"numSamples\":7,\"numNew\":1},\"compaction\":{\"level\":2,\"deletable\":true,\"parents\":null}}";
    BlockMeta meta = BlockMetaFormat.decode(PATH, text.getBytes(UTF_8));
    assertThat(meta.stats().samples()).isEqualTo(7);
    assertThat(meta.compaction()).isEqualTo(new BlockMeta.Compaction(2, List.of(), List.of(), List.of()));
    assertThat(meta.thanos()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "{\"version\":1}", "{\"version\":\"1\"}",
    "{\"ulid\":\"01J000000000000000000000AU\",\"minTime\":1,\"maxTime\":2,\"version\":1,\"compaction\":{\"level\":1}}",
    "{\"ulid\":\"01J000000000000000000000AA\",\"minTime\":1.5,\"maxTime\":2,\"version\":1,\"compaction\":{\"level\":1}}",
    "{\"ulid\":\"01J000000000000000000000AA\",\"minTime\":2,\"maxTime\":2,\"version\":1,\"compaction\":{\"level\":1}}",
    "{\"ulid\":\"01J000000000000000000000AA\",\"minTime\":1,\"maxTime\":2,\"version\":1,\"compaction\":[]}"})
  void namesTheFileAndTheMemberThatIsWrong(String text) {
    assertThatThrownBy(() -> BlockMetaFormat.decode(PATH, text.getBytes(UTF_8)))
        .isInstanceOf(CorruptDataException.class)
        .hasMessageContaining(PATH.toString()).hasMessageContaining("reading");
  }

  @Test
  void refusesBytesThatAreNotUtf8() {
    assertThatThrownBy(() -> BlockMetaFormat.decode(PATH, new byte[] {'"', (byte) 0xff, '"'}))
        .isInstanceOf(CorruptDataException.class);
  }

  @Test
  void refusesAnotherVersion() {
    assertThatThrownBy(() -> BlockMetaFormat.decode(PATH, "{\"version\":2}".getBytes(UTF_8)))
        .isInstanceOf(UnsupportedFormatException.class)
        .hasMessageContaining("version 2");
  }

  @Test
  void readsWhatTheCompactorOfThanosWrites() throws IOException {
    String text =
        "{\"ulid\":\"01J000000000000000000000AA\",\"minTime\":1,\"maxTime\":2,\"version\":1,\"compaction\":{\"level\":2},"
            + "\"thanos\":{\"labels\":{\"a\":\"b\"},\"downsample\":{\"resolution\":0},\"source\":\"compactor\"}}";
    assertThat(BlockMetaFormat.decode(PATH, text.getBytes(UTF_8)).thanos().orElseThrow().labels())
        .isEqualTo(Labels.of("a", "b"));
  }

  private static BlockMeta full() {
    var files = List.of(new ThanosMeta.FileEntry("chunks/000001", OptionalLong.of(12), Optional.of("abc")),
        new ThanosMeta.FileEntry("meta.json", OptionalLong.empty(), Optional.empty()));
    var extensions =
        new JsonValue.Obj(Map.of("marmoset", new JsonValue.Obj(Map.of("k", new JsonValue.Whole(0)))));
    var thanos = ThanosMeta.ofNew(Labels.of("🚀", "after", "\uE000", "before", "cluster", "eu"))
        .withFiles(List.of("000001"), files, new ThanosMeta.IndexStats(64, 300)).withExtensions(extensions)
        .withUploadTime(Instant.parse("2026-01-02T03:04:05Z"));
    var compaction = new BlockMeta.Compaction(1, List.of(ULID), List.of(new BlockMeta.Parent(ULID, 1, 2)),
        List.of(BlockMeta.Compaction.FROM_OUT_OF_ORDER));
    return new BlockMeta(ULID, Long.MIN_VALUE, Long.MAX_VALUE, new BlockMeta.Stats(3, 2, 1, 2, 2, 0),
        compaction, Optional.of(thanos));
  }
}
