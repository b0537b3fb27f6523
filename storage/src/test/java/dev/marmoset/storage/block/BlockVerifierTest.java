package dev.marmoset.storage.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.index.read.Finding;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockVerifierTest {
  private static final LocalFileSystem FILES = new LocalFileSystem();
  /// Zero bytes that no checksum covers: between version and first frame, and before the aligned first postings list.
  private static final List<String> UNCOVERED =
      List.of("chunks/000001 5", "chunks/000001 6", "chunks/000001 7", "index 2654", "index 2655");

  @TempDir
  Path dir;
  private Path block;

  @BeforeEach
  void copyGoldenBlock() throws IOException {
    block = GoldenBlock.copyInto(dir);
  }

  @Test
  void findsNothingInTheGoldenBlock() {
    var progress = new ArrayList<Long>();
    assertThat(
        new BlockVerifier(FILES, SealedFiles.mapped(), block, (bytes, _) -> progress.add(bytes)).verify())
        .isEmpty();
    assertThat(progress).last().isEqualTo(4_789L + 36_929);
  }

  @ParameterizedTest
  @CsvSource({"index,7", "chunks/000001,97"})
  void findsEveryFlippedBit(String file, int step) throws IOException {
    byte[] whole = Files.readAllBytes(block.resolve(file));
    for (int at = 0; at < whole.length; at += step) {
      whole[at] ^= 0x10;
      Files.write(block.resolve(file), whole);
      whole[at] ^= 0x10;
      if (!UNCOVERED.contains(file + ' ' + at)) {
        assertThat(verify()).as(file + " at " + at).isNotEmpty();
      }
    }
  }

  @Test
  void namesTheSeriesOfADamagedChunk() throws IOException {
    change("chunks/000001", 600, 1);
    assertThat(verify()).singleElement().satisfies(finding -> {
      assertThat(finding.file()).isEqualTo(block.resolve("chunks/000001"));
      assertThat(finding.offset()).isEqualTo(520);
      assertThat(finding.text()).contains("i=\"0\"").contains("checksum");
    });
  }

  @ParameterizedTest
  @CsvSource({"24000, 24001, numSamples", "50, 51, numSeries", "200, 199, numChunks"})
  void comparesTheStatistics(String stated, String wrong, String name) throws IOException {
    replaceInMeta("\"" + name + "\":" + stated, "\"" + name + "\":" + wrong);
    assertThat(verify()).singleElement()
        .satisfies(finding -> assertThat(finding.text()).contains(name).contains(wrong).contains(stated));
  }

  @Test
  void findsChunksOutsideTheRange() throws IOException {
    replaceInMeta("1700013600000", "1700013585000");
    assertThat(verify()).hasSize(50)
        .allSatisfy(finding -> assertThat(finding.text()).contains("outside the block's range"));
  }

  @Test
  void findsAMetaOfAnotherBlock() throws IOException {
    replaceInMeta("01J000000000000000000000AA\",\"minTime", "01J000000000000000000000AB\",\"minTime");
    assertThat(verify()).singleElement()
        .satisfies(finding -> assertThat(finding.text()).contains("01J000000000000000000000AB"));
  }

  @Test
  void findsAListThatHoldsAnotherSeries() throws IOException {
    // The list of m1_total, 7 refs, at offset 2912: its last ref becomes one that is larger and of another series.
    int list = 2912;
    byte[] index = Files.readAllBytes(block.resolve("index"));
    ByteBuffer bytes = ByteBuffer.wrap(index);
    assertThat(bytes.getInt(list + 4)).isEqualTo(7);
    bytes.putInt(list + 8 + 6 * 4, bytes.getInt(list + 8 + 6 * 4) + 3);
    bytes.putInt(list + 8 + 7 * 4, crc(index, list + 4, 8 * 4));
    Files.write(block.resolve("index"), index);
    assertThat(verify()).singleElement().satisfies(
        finding -> assertThat(finding.text()).contains("__name__=\"m1_total\"").contains("the sets differ"));
  }

  @Test
  void findsASeriesThatIsMissingFromTheListOfAllSeries() throws IOException {
    // The list of all series at offset 2656 loses its last ref; the freed bytes lie behind its checksum.
    int list = 2656;
    byte[] index = Files.readAllBytes(block.resolve("index"));
    ByteBuffer bytes = ByteBuffer.wrap(index);
    bytes.putInt(list, 4 + 4 * 49);
    bytes.putInt(list + 4, 49);
    bytes.putInt(list + 8 + 49 * 4, crc(index, list + 4, 50 * 4));
    Files.write(block.resolve("index"), index);
    assertThat(verify()).extracting(Finding::text).singleElement().asString()
        .contains("1 series are not in the list of all series");
  }

  @Test
  void findsWhatThanosRefuses() throws IOException {
    Path other = Files.createDirectory(dir.resolve("other"));
    Path written = BlockData.write(other, Map.of(Labels.of("a", "b"), BlockData.floats(new Random(1), 10)),
        new BlockWriterOptions(1 << 20, true));
    String meta = Files.readString(written.resolve("meta.json"));
    Files.writeString(written.resolve("meta.json"),
        meta.replace("\"cluster\": \"eu\"", "").replaceFirst("\"value\": \"..", "\"value\": \"zz"));
    assertThat(new BlockVerifier(FILES, SealedFiles.mapped(), written, (_, _) -> {}).verify())
        .extracting(Finding::text)
        .satisfiesExactlyInAnyOrder(text -> assertThat(text).contains("thanos.labels is empty"),
            text -> assertThat(text).contains("SHA-256 is not zz"));
  }

  private List<Finding> verify() {
    return new BlockVerifier(FILES, SealedFiles.direct(FILES), block, (_, _) -> {}).verify();
  }

  private void change(String file, int at, int mask) throws IOException {
    byte[] bytes = Files.readAllBytes(block.resolve(file));
    bytes[at] ^= (byte) mask;
    Files.write(block.resolve(file), bytes);
  }

  private void replaceInMeta(String what, String by) throws IOException {
    String meta = Files.readString(block.resolve("meta.json"));
    assertThat(meta).contains(what);
    Files.writeString(block.resolve("meta.json"), meta.replace(what, by));
  }

  private static int crc(byte[] bytes, int from, int length) {
    var crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }
}
