package dev.marmoset.storage.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.SealedFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlockCatalogTest {
  private static final LocalFileSystem FILES = new LocalFileSystem();

  @TempDir
  Path dir;

  @Test
  void listsBlocksAndPassesOverForeignNames() throws IOException {
    copyGolden("01J000000000000000000000AA");
    for (String foreign : List.of("wal", "01J000000000000000000000AA.tmp-for-creation",
        "01J000000000000000000000AU", "lost+found")) {
      Files.createDirectory(dir.resolve(foreign));
    }
    Files.createDirectory(dir.resolve("01J000000000000000000000AB"));
    copyGolden("01J000000000000000000000AC");
    assertThat(new BlockCatalog(FILES).list(dir)).satisfiesExactly(
        entry -> assertThat(entry).isInstanceOfSatisfying(BlockCatalog.Readable.class, readable -> {
          assertThat(readable.ulid()).isEqualTo(GoldenBlock.ULID);
          assertThat(readable.bytes()).isEqualTo(4_789 + 36_929 + 223);
        }), entry -> assertThat(((BlockCatalog.Unreadable) entry).reason()).contains("NoSuchFileException"),
        entry -> assertThat(((BlockCatalog.Unreadable) entry).reason()).contains("the name of directory"));
  }

  @Test
  void listsTheOneBlockThatADirectoryIs() throws IOException {
    assertThat(new BlockCatalog(FILES).list(GoldenBlock.directory())).singleElement()
        .isInstanceOf(BlockCatalog.Readable.class);
  }

  @Test
  void inspectsSizesAndLabels() throws IOException {
    try (Block block = Block.open(FILES, SealedFiles.mapped(), GoldenBlock.directory())) {
      BlockInspection inspection = BlockInspection.of(block);
      assertThat(inspection.indexBytes()).isEqualTo(4_789);
      assertThat(inspection.chunkBytes()).isEqualTo(36_929);
      assertThat(inspection.symbols()).isEqualTo(61);
      assertThat(inspection.labels()).containsExactly(new BlockInspection.LabelUse("i", 50),
          new BlockInspection.LabelUse("__name__", 7),
          new BlockInspection.LabelUse("weird name", 1));
      assertThat(inspection.indexBytesPerSeries()).isEqualTo(4_789 / 50.0);
    }
  }

  private void copyGolden(String name) throws IOException {
    Path block = dir.resolve(name);
    Files.createDirectories(block.resolve("chunks"));
    for (String file : List.of("meta.json", "index", "chunks/000001")) {
      Files.copy(GoldenBlock.directory().resolve(file), block.resolve(file));
    }
  }
}
