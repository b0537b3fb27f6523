package dev.marmoset.storage.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TombstonesTest {
  private static final LocalFileSystem FILES = new LocalFileSystem();
  /// The first series of the golden block.
  private static final long FIRST_REF = 16;
  private static final List<Matcher> FIRST = List.of(new Matcher.Equal("i", "0"));

  @TempDir
  Path dir;
  private Path block;

  @BeforeEach
  void copyGoldenBlock() throws IOException {
    block = GoldenBlock.copyInto(dir);
  }

  @Test
  void readsAFileWithoutDeletions() throws IOException {
    Files.write(block.resolve("tombstones"), HexFormat.of().parseHex("0130ba300100000000"));
    assertThat(select()).hasSize(50);
  }

  @Test
  void leavesOutDeletedSamplesAndChunks() throws IOException {
    // All of the second chunk and one sample of the third.
    write(FIRST_REF, GoldenBlock.START + 1_800_000, GoldenBlock.START + 3_600_000);
    var times = new ArrayList<Long>();
    for (Chunk chunk : select(FIRST)) {
      var samples = new XorIterator().reset(chunk.data(), 0, chunk.data().length);
      while (samples.next()) {
        times.add(samples.time());
      }
    }
    assertThat(times).hasSize(480 - 121)
        .doesNotContain(GoldenBlock.START + 1_800_000, GoldenBlock.START + 3_600_000)
        .contains(GoldenBlock.START + 1_785_000, GoldenBlock.START + 3_615_000);
  }

  @Test
  void leavesOutSeriesThatAreDeletedAltogether() throws IOException {
    write(FIRST_REF, Long.MIN_VALUE, Long.MAX_VALUE);
    assertThat(select()).hasSize(49);
    try (Block open = open(); Querier querier = open.querier(TimeRange.ALL).orElseThrow()) {
      assertThat(querier.labelValues("i", List.of())).hasSize(49).doesNotContain("0");
    }
  }

  @Test
  void refusesAWrongChecksum() throws IOException {
    Files.write(block.resolve("tombstones"), HexFormat.of().parseHex("0130ba300100000001"));
    assertThatThrownBy(this::open).isInstanceOf(CorruptDataException.class)
        .hasMessageContaining("tombstones");
  }

  private void write(long ref, long from, long to) throws IOException {
    var bytes = new ByteArrayOutputStream();
    uvarint(bytes, ref);
    uvarint(bytes, from << 1 ^ from >> 63);
    uvarint(bytes, to << 1 ^ to >> 63);
    var crc = new CRC32C();
    crc.update(bytes.toByteArray());
    Files.write(block.resolve("tombstones"), HexFormat.of()
        .parseHex("0130ba3001" + HexFormat.of().formatHex(bytes.toByteArray())
            + HexFormat.of().toHexDigits((int) crc.getValue())));
  }

  private static void uvarint(ByteArrayOutputStream out, long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) (rest & 0x7F | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  private Block open() throws IOException {
    return Block.open(FILES, SealedFiles.direct(FILES), block);
  }

  private List<Chunk> select(List<Matcher> matchers) throws IOException {
    try (Block open = open(); Querier querier = open.querier(TimeRange.ALL).orElseThrow()) {
      return BlockTest.all(querier, matchers).values().stream().flatMap(List::stream).toList();
    }
  }

  private List<?> select() throws IOException {
    try (Block open = open(); Querier querier = open.querier(TimeRange.ALL).orElseThrow()) {
      return List.copyOf(BlockTest.all(querier, List.of()).keySet());
    }
  }
}
