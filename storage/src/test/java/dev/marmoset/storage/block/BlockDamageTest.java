package dev.marmoset.storage.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.UnsupportedFormatException;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.TimeRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Blocks with damaged bytes answer rightly or say what is damaged, never anything else.
class BlockDamageTest {
  private static final LocalFileSystem FILES = new LocalFileSystem();
  private static final List<Matcher> ONE_NAME = List.of(new Matcher.Equal("__name__", "m3_total"));

  @TempDir
  Path dir;
  private Path block;

  @BeforeEach
  void copyGoldenBlock() throws IOException {
    block = GoldenBlock.copyInto(dir);
  }

  @ParameterizedTest
  @ValueSource(strings = {"index", "chunks/000001", "meta.json"})
  void saysWhatIsDamagedWhenAFileIsCut(String file) throws IOException {
    byte[] whole = Files.readAllBytes(block.resolve(file));
    int step = Math.max(1, whole.length / 500);
    for (int length = 0; length < whole.length; length += step) {
      Files.write(block.resolve(file), Arrays.copyOf(whole, length));
      requireRightOrRefused(file + " cut to " + length);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"index", "chunks/000001"})
  void saysWhatIsDamagedWhenABitIsFlipped(String file) throws IOException {
    byte[] whole = Files.readAllBytes(block.resolve(file));
    var random = new Random(7);
    int step = Math.max(1, whole.length / 800);
    for (int at = 0; at < whole.length; at += step) {
      int bit = 1 << random.nextInt(Byte.SIZE);
      whole[at] ^= (byte) bit;
      Files.write(block.resolve(file), whole);
      whole[at] ^= (byte) bit;
      requireRightOrRefused(file + " with a flipped bit at " + at);
    }
  }

  @Test
  void survivesRandomBytesInEveryFile() throws IOException {
    for (int seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      String file = List.of("index", "chunks/000001", "meta.json", "tombstones").get(seed % 4);
      byte[] bytes =
          Files.exists(block.resolve(file)) ? Files.readAllBytes(block.resolve(file)) : new byte[64];
      byte[] damaged = bytes.clone();
      int from = random.nextInt(bytes.length);
      byte[] noise = new byte[Math.min(bytes.length - from, 1 + random.nextInt(64))];
      random.nextBytes(noise);
      System.arraycopy(noise, 0, damaged, from, noise.length);
      Files.write(block.resolve(file), damaged);
      requireRightOrRefused("seed " + seed + ", " + file);
      if (file.equals("tombstones")) {
        Files.delete(block.resolve(file));
      } else {
        Files.write(block.resolve(file), bytes);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"index", "chunks/000001", "chunks", "meta.json"})
  void saysWhatIsMissing(String file) throws IOException {
    if (file.equals("chunks")) {
      Files.delete(block.resolve("chunks/000001"));
    }
    Files.delete(block.resolve(file));
    requireRightOrRefused(file + " is missing");
  }

  private void requireRightOrRefused(String what) {
    try (Block open = Block.open(FILES, SealedFiles.direct(FILES), block);
        Querier querier = open.querier(TimeRange.ALL).orElseThrow()) {
      try {
        requireRight(querier, what);
      } catch (CorruptDataException | UnsupportedFormatException e) {
        assertThat(e.getMessage()).as(what).contains(block.toString());
      }
    } catch (CorruptDataException | UnsupportedFormatException | NoSuchFileException e) {
      assertThat(e.getMessage()).as(what).contains(block.toString());
    } catch (Exception e) {
      throw new AssertionError(what, e);
    }
  }

  private static void requireRight(Querier querier, String what) throws IOException {
    var all = BlockTest.all(querier, List.of());
    assertThat(all.size()).as(what).isEqualTo(50);
    for (GoldenBlock.Series series : GOLDEN) {
      assertThat(all.get(series.labels())).as(what).isEqualTo(series.chunks());
    }
    assertThat(BlockTest.all(querier, ONE_NAME)).as(what).hasSize(7);
    assertThat(querier.labelValues("i", ONE_NAME)).as(what).containsExactly("10", "17", "24", "3", "31", "38",
        "45");
  }

  private static final List<GoldenBlock.Series> GOLDEN = GoldenBlock.series();
}
