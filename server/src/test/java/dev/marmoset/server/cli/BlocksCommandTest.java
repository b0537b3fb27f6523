package dev.marmoset.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.server.cli.Invocation.BlocksVerb;
import dev.marmoset.storage.block.BlockWriter;
import dev.marmoset.storage.block.BlockWriterOptions;
import dev.marmoset.storage.block.meta.BlockMeta;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.chunk.lane.WindowEncoder;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlocksCommandTest {
  private static final Ulid BLOCK = Ulid.parse("01J000000000000000000000AA");
  private static final long START = 1_700_006_400_000L;

  @TempDir
  Path directory;

  @Test
  void listsVerifiesAndInspectsASoundBlock() throws IOException {
    write();
    assertThat(run(BlocksVerb.LIST, false).text()).contains(BLOCK.toString(), "1 blocks, 0 with findings");
    var verified = run(BlocksVerb.VERIFY, false);
    assertThat(verified.sound()).isTrue();
    assertThat(verified.text()).contains("ok");
    assertThat(run(BlocksVerb.INSPECT, false).text()).contains("values of __name__");
    assertThat(run(BlocksVerb.LIST, true).text()).startsWith("[{\"ulid\":\"" + BLOCK + "\"")
        .contains("\"samples\":240");
  }

  @Test
  void namesFileAndOffsetOfWhatIsWrong() throws IOException {
    write();
    Path chunks = directory.resolve(BLOCK + "/chunks/000001");
    byte[] bytes = Files.readAllBytes(chunks);
    bytes[40] ^= 1;
    Files.write(chunks, bytes);
    var verified = run(BlocksVerb.VERIFY, false);
    assertThat(verified.sound()).isFalse();
    assertThat(verified.text()).contains("FAULTY", "000001", "1 with findings");
    assertThat(run(BlocksVerb.VERIFY, true).text()).contains("\"findings\":[{\"file\":");
  }

  @Test
  void directoryWithoutBlocksSaysSo() throws IOException {
    assertThat(run(BlocksVerb.LIST, false).text()).isEqualTo("no blocks in " + directory + "\n");
  }

  @Test
  void commandLineNeedsAVerbAndADirectory() {
    var reader = new CommandLineReader(java.util.Map.of());
    assertThat(reader.read("blocks", "verify", "/b", "--output=json"))
        .isEqualTo(
            new Invocation.Blocks(BlocksVerb.VERIFY, new Invocation.BlocksDirectory(Path.of("/b")), true));
    assertThat(reader.read("blocks", "verfy", "/b")).isInstanceOf(Invocation.Misuse.class);
    assertThat(reader.read("blocks", "list")).isInstanceOf(Invocation.Misuse.class);
  }

  private BlocksCommand.Result run(BlocksVerb verb, boolean json) throws IOException {
    return new BlocksCommand(new LocalFileSystem(), new PrintStream(OutputStream.nullOutputStream()))
        .run(new Invocation.Blocks(verb, new Invocation.BlocksDirectory(directory), json));
  }

  private void write() throws IOException {
    var plan = new BlockMeta(BLOCK, START, START + ChunkCut.WINDOW_MS, BlockMeta.Stats.NONE,
        BlockMeta.Compaction.levelOne(BLOCK), Optional.empty());
    Path scratch = Files.createDirectory(directory.resolve("scratch"));
    try (var writer =
        new BlockWriter(new LocalFileSystem(), directory, plan, scratch, BlockWriterOptions.DEFAULT)) {
      var encoder = new WindowEncoder();
      for (int i = 0; i < 240; i++) {
        encoder.add(START + i * 15_000L, Double.doubleToRawLongBits(i));
      }
      writer.add(Labels.of("__name__", "m", "job", "a"), encoder.finish());
      writer.finish();
    }
  }
}
