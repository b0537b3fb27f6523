package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.block.Block;
import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.LocalFileSystem;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.window.LateSamples;
import dev.marmoset.storage.window.WindowOptions;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import dev.marmoset.storage.window.register.RegisterRecord.Purpose;
import dev.marmoset.storage.window.register.RegisterWriter;
import dev.marmoset.storage.window.register.Registers;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Days of samples in any order, through cut, parts, close, upload, restarts and retention: nothing is missed at any
/// time.
class TsdbWindowsTest {
  private static final WindowOptions STANDARD =
      WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofHours(24));

  @TempDir
  Path directory;

  @Test
  void sevenDaysEndInExactlyOneFinalBlockPerWindowInTheBucket() throws IOException {
    Path bucket = directory.resolve("bucket");
    try (var simulation =
        new WindowSimulation(directory, 1, STANDARD.withBucket(LateSamples.WAIT, true))) {
      simulation.uploadTo(bucket);
      for (int day = 0; day < 7; day++) {
        simulation.run(Duration.ofHours(13), 3, 20);
        if (day % 2 == 0) {
          simulation.restart();
        } else {
          simulation.crash();
        }
        simulation.run(Duration.ofHours(11), 3, 20);
        assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
      }
      simulation.run(Duration.ofHours(28), 0, 0);
      long closed = simulation.clock.wallMillis() - Duration.ofHours(24).plusMinutes(4).toMillis();
      Map<Long, WindowState> states = new Registers(simulation.files, simulation.data).readAll();
      for (WindowState state : states.values()) {
        assertThat(state.isClosed()).as(state.toString()).isEqualTo(state.end() <= closed);
        if (state.isClosed()) {
          assertThat(state.commits()).hasSize(1);
          assertThat(state.blocks()).hasSize(1);
          assertThat(state.notUploaded()).as(state.toString()).isEmpty();
        }
      }
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
      assertBucketHolds(bucket, simulation.sent(), closed);
    }
  }

  @Test
  void patchesAddUpToAllThatWasSent() throws IOException {
    Path bucket = directory.resolve("bucket");
    try (var simulation =
        new WindowSimulation(directory, 2, STANDARD.withBucket(LateSamples.PATCH, true))) {
      simulation.uploadTo(bucket);
      for (int i = 0; i < 4; i++) {
        simulation.run(Duration.ofHours(9), 3, 20);
        assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
        simulation.restart();
        assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
      }
      simulation.run(Duration.ofHours(27), 0, 0);
      long closed = simulation.clock.wallMillis() - Duration.ofHours(24).plusMinutes(4).toMillis();
      for (WindowState state : new Registers(simulation.files, simulation.data).readAll().values()) {
        assertThat(state.isClosed()).as(state.toString()).isEqualTo(state.end() <= closed);
        assertThat(state.parts()).isEmpty();
      }
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
      var inBucket = read(bucket);
      inBucket.values().forEach(samples -> samples.tailMap(ChunkCut.windowStart(closed)).clear());
      assertThat(inBucket).isEqualTo(before(simulation.sent(), ChunkCut.windowStart(closed)));
    }
  }

  @Test
  void blocksLeaveByAgeAndTheirSpaceIsFreed() throws IOException {
    try (var simulation =
        new WindowSimulation(directory, 3, STANDARD.withRetention(Duration.ofHours(36), 0))) {
      simulation.run(Duration.ofHours(48), 2, 10);
      long oldest = simulation.clock.wallMillis() - Duration.ofHours(38).toMillis();
      assertThat(simulation.tsdb.oldestTime()).isGreaterThan(oldest);
      assertThat(simulation.tsdb.windowStats().retired()).isPositive();
      var kept = simulation.sent();
      kept.values().forEach(samples -> samples.headMap(simulation.tsdb.oldestTime()).clear());
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(kept);
      simulation.run(Duration.ofMinutes(20), 0, 0);
      var registered = new TreeSet<String>();
      new Registers(simulation.files, simulation.data).readAll().values()
          .forEach(state -> state.blocks().forEach(block -> registered.add(block.toString())));
      assertThat(names(simulation.data.resolve("blocks"))).containsExactlyElementsOf(registered);
    }
  }

  @Test
  void blocksThatAreNotInTheBucketStay() throws IOException {
    var options = WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofMinutes(40));
    try (var simulation = new WindowSimulation(directory, 11,
        options.withRetention(Duration.ofHours(4), 1).withBucket(LateSamples.WAIT, true))) {
      simulation.run(Duration.ofHours(10), 1, 0);
      assertThat(simulation.tsdb.windowStats().commits()).isGreaterThanOrEqualTo(4);
      assertThat(simulation.tsdb.windowStats().retired()).isZero();
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
      simulation.uploadTo(directory.resolve("bucket"));
      simulation.run(Duration.ofHours(3), 1, 0);
      assertThat(simulation.tsdb.windowStats().retired()).isPositive();
    }
  }

  @Test
  void registersOfWindowsThatHaveLeftAreRemovedAfterAWeek() throws IOException {
    var options = WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofMinutes(40));
    try (
        var simulation = new WindowSimulation(directory, 10, options.withRetention(Duration.ofHours(4), 0))) {
      var registers = new Registers(simulation.files, simulation.data);
      simulation.run(Duration.ofHours(12), 1, 0);
      long first = registers.starts().getFirst();
      assertThat(registers.read(first).blocks()).isEmpty();
      simulation.run(Duration.ofDays(7), 0, 0);
      assertThat(registers.starts()).isNotEmpty().doesNotContain(first);
      simulation.restart();
      var kept = simulation.sent();
      kept.values().forEach(samples -> samples.headMap(simulation.tsdb.oldestTime()).clear());
      kept.values().removeIf(TreeMap::isEmpty);
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(kept);
    }
  }

  @Test
  void theOldestBlocksLeaveWhenAllTakeTooMuchSpace() throws IOException {
    long most = 16_000;
    var options = WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofMinutes(40));
    try (var simulation = new WindowSimulation(directory, 6, options.withRetention(Duration.ZERO, most))) {
      simulation.run(Duration.ofHours(30), 3, 10);
      assertThat(simulation.tsdb.windowStats().retired()).isPositive();
      assertThat(simulation.tsdb.windowStats().bytes()).isBetween(most / 2, most);
      var kept = simulation.sent();
      kept.values().forEach(samples -> samples.headMap(simulation.tsdb.oldestTime()).clear());
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(kept);
    }
  }

  @Test
  void aFullDiskDelaysBlocksAndLosesNothing() throws IOException {
    try (var simulation = new WindowSimulation(directory, 7, STANDARD)) {
      simulation.files.full = ".tmp-for-creation";
      simulation.run(Duration.ofHours(7), 2, 10);
      assertThat(simulation.tsdb.windowStats().failures()).isPositive();
      assertThat(simulation.tsdb.windowStats().parts()).isZero();
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
      simulation.files.full = "";
      simulation.run(Duration.ofMinutes(20), 2, 10);
      assertThat(simulation.tsdb.windowStats().parts()).isGreaterThanOrEqualTo(3);
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
    }
  }

  @Test
  void aDamagedBlockIsSetAsideAndTheRestIsServed() throws IOException {
    try (var simulation = new WindowSimulation(directory, 4, STANDARD)) {
      simulation.run(Duration.ofHours(7), 2, 0);
      Path damaged =
          simulation.data.resolve("blocks").resolve(names(simulation.data.resolve("blocks")).getFirst());
      long start = Block.readMeta(new LocalFileSystem(), damaged).minTime();
      Path chunks = damaged.resolve("chunks/000001");
      byte[] bytes = Files.readAllBytes(chunks);
      bytes[bytes.length / 2] ^= 1;
      Files.write(chunks, bytes);
      assertThatThrownBy(() -> simulation.read(TimeRange.ALL)).isInstanceOf(CorruptDataException.class)
          .hasMessageContaining("chunks/000001").hasMessageContaining("offset");
      simulation.tsdb.stepWindows();
      var rest = simulation.sent();
      rest.values().forEach(samples -> samples.subMap(start, start + ChunkCut.WINDOW_MS).clear());
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(rest);
      assertThat(names(simulation.data.resolve("quarantine")))
          .containsExactly(String.valueOf(damaged.getFileName()));
      assertThat(simulation.tsdb.windowStats().quarantined()).isOne();
      simulation.restart();
      assertThat(simulation.read(TimeRange.ALL)).isNotEmpty();
    }
  }

  @Test
  void aPartThatIsDamagedHoldsUpNeitherItsWindowNorOthers() throws IOException {
    var options = WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofMinutes(40));
    try (var simulation = new WindowSimulation(directory, 8, options)) {
      long start = ChunkCut.windowStart(simulation.clock.wallMillis());
      simulation.run(Duration.ofMinutes(116), 2, 100);
      var registers = new Registers(simulation.files, simulation.data);
      Path part =
          simulation.data.resolve("blocks").resolve(registers.read(start).blocks().getFirst().toString());
      Path chunks = part.resolve("chunks/000001");
      byte[] bytes = Files.readAllBytes(chunks);
      bytes[bytes.length / 2] ^= 1;
      Files.write(chunks, bytes);
      // Late samples come for the window, so closing it has to read the part.
      simulation.run(Duration.ofMinutes(140), 2, 100);
      assertThat(registers.read(start).isClosed()).isTrue();
      assertThat(simulation.tsdb.windowStats().quarantined()).isOne();
      assertThat(registers.read(start + ChunkCut.WINDOW_MS).blocks()).isNotEmpty();
      var later = simulation.sent();
      later.values().forEach(samples -> samples.headMap(start + ChunkCut.WINDOW_MS).clear());
      var read = simulation.read(TimeRange.ALL);
      read.values().forEach(samples -> samples.headMap(start + ChunkCut.WINDOW_MS).clear());
      assertThat(read).isEqualTo(later);
    }
  }

  @Test
  void aDamagedRegisterHoldsUpItsOwnWindowOnly() throws IOException {
    try (var simulation = new WindowSimulation(directory, 9, STANDARD)) {
      simulation.run(Duration.ofMinutes(60), 2, 0);
      Path register = simulation.data.resolve("windows")
          .resolve("" + ChunkCut.windowStart(simulation.clock.wallMillis()));
      Files.createDirectories(register);
      Files.writeString(register.resolve("000001"), "no record");
      simulation.run(Duration.ofHours(6), 2, 0);
      assertThat(simulation.tsdb.windowStats().parts()).isGreaterThanOrEqualTo(2);
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
    }
  }

  @Test
  void aBlockThatItsAuthorCouldNotRegisterIsRemoved() throws IOException {
    var options = WindowOptions.standard(Labels.of("cluster", "eu"), Duration.ofMinutes(40));
    try (var simulation = new WindowSimulation(directory, 5, options)) {
      simulation.run(Duration.ofMinutes(130), 2, 0);
      long start = new Registers(simulation.files, simulation.data).starts().getFirst();
      var other = new UlidGenerator(simulation.clock, new Random(9)).next();
      Ulid orphan = announce(simulation, start, other);
      simulation.run(Duration.ofMinutes(80), 2, 0);
      assertThat(new Registers(simulation.files, simulation.data).read(start).isClosed()).isTrue();
      assertThat(names(simulation.data.resolve("blocks"))).doesNotContain(orphan.toString());
      assertThat(simulation.read(TimeRange.ALL)).isEqualTo(simulation.sent());
    }
  }

  /// What a process leaves that is killed between completing a block and registering it.
  private static Ulid announce(WindowSimulation simulation, long start, Ulid author) throws IOException {
    Files.createDirectories(simulation.data.resolve("tmp").resolve(author.toString()));
    var writer =
        new RegisterWriter(simulation.files, simulation.data, author, simulation.clock, new Random(8));
    WindowState seen = new Registers(simulation.files, simulation.data).read(start);
    Ulid planned = new UlidGenerator(simulation.clock, new Random(7)).next();
    assertThat(writer.append(seen, new Claim(writer.stamp(seen), Purpose.PART, false, planned)))
        .isInstanceOf(RegisterWriter.Appended.class);
    Files.createDirectories(simulation.data.resolve("blocks").resolve(planned.toString()));
    return planned;
  }

  /// One block per closed window, and together all that was sent.
  static void assertBucketHolds(Path bucket, Map<Labels, TreeMap<Long, Long>> sent, long closed)
      throws IOException {
    var starts = new TreeSet<Long>();
    for (String name : names(bucket)) {
      if (Ulid.isUlid(name)) {
        var meta = Block.readMeta(new LocalFileSystem(), bucket.resolve(name));
        assertThat(starts.add(meta.minTime())).as("one block of window %d", meta.minTime()).isTrue();
      }
    }
    assertThat(starts).hasSizeGreaterThan(80);
    assertThat(read(bucket)).isEqualTo(before(sent, ChunkCut.windowStart(closed)));
  }

  private static Map<Labels, TreeMap<Long, Long>> before(Map<Labels, TreeMap<Long, Long>> sent, long end) {
    var before = new HashMap<Labels, TreeMap<Long, Long>>();
    sent.forEach((labels, samples) -> before.put(labels, new TreeMap<>(samples.headMap(end))));
    return before;
  }

  /// All samples of all blocks of a bucket, each of which may be there only once.
  static Map<Labels, TreeMap<Long, Long>> read(Path bucket) throws IOException {
    var all = new HashMap<Labels, TreeMap<Long, Long>>();
    for (String name : names(bucket)) {
      if (Ulid.isUlid(name)) {
        try (Block block =
            Block.open(new LocalFileSystem(), SealedFiles.direct(new LocalFileSystem()),
                bucket.resolve(name));
            Querier querier = block.querier(TimeRange.ALL).orElseThrow()) {
          SeriesSet series = querier.select(List.of());
          while (series.next()) {
            WindowSimulation.decode(series.series().chunks(),
                all.computeIfAbsent(series.series().labels(), _ -> new TreeMap<>()));
          }
        }
      }
    }
    return all;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return paths.map(path -> String.valueOf(path.getFileName())).sorted().toList();
    }
  }
}
