package dev.marmoset.storage.block;

import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.lane.WindowEncoder;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The block in `golden/block-xor`, written by Prometheus 3.14, and the data it was written from.
final class GoldenBlock {
  static final Ulid ULID = Ulid.parse("01J000000000000000000000AA");
  static final long START = 1_700_006_400_000L;
  static final long END = START + 7_200_000;
  static final int SAMPLES = 480;

  /// Series `position` in label order has the values 1000 × position + k at START + 15 s × k.
  ///
  /// @param labels   of the series
  /// @param position in label order
  record Series(Labels labels, int position) {
    List<Chunk> chunks() {
      var encoder = new WindowEncoder();
      for (int k = 0; k < SAMPLES; k++) {
        encoder.add(START + 15_000L * k, Double.doubleToRawLongBits(1000.0 * position + k));
      }
      return encoder.finish();
    }
  }

  private GoldenBlock() {}

  static Path blocks() {
    try {
      return Path.of(GoldenBlock.class.getResource("/golden/block-xor").toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path directory() {
    return blocks().resolve(ULID.toString());
  }

  /// Copies it, so that a test may change its files.
  ///
  /// @return the copy
  static Path copyInto(Path parent) throws IOException {
    Path copy = parent.resolve(ULID.toString());
    Files.createDirectories(copy.resolve("chunks"));
    for (String file : List.of("meta.json", "index", "chunks/000001")) {
      Files.copy(directory().resolve(file), copy.resolve(file));
    }
    return copy;
  }

  static BlockMeta plan() {
    return new BlockMeta(ULID, START, END, BlockMeta.Stats.NONE, BlockMeta.Compaction.levelOne(ULID),
        Optional.empty());
  }

  static List<Series> series() {
    var labels = new ArrayList<Labels>();
    for (int i = 0; i < 50; i++) {
      labels
          .add(Labels.of("__name__", "m" + i % 7 + "_total", "i", Integer.toString(i), "weird name", "v\"é"));
    }
    labels.sort(Comparator.naturalOrder());
    var series = new ArrayList<Series>();
    labels.forEach(set -> series.add(new Series(set, series.size())));
    return series;
  }
}
