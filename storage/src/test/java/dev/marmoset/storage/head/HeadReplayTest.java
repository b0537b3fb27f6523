package dev.marmoset.storage.head;

import static dev.marmoset.storage.head.HeadFixture.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.read.SegmentObservation;
import dev.marmoset.storage.log.read.WindowCoverage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a replay leaves out, and what it learns on the way: samples one by one and in runs are the same.
class HeadReplayTest {
  private static final Ulid LOG = new Ulid(1, 1);
  private static final long EARLIER = NOW - ChunkCut.WINDOW_MS;
  private static final long[] BITS = new long[3];

  private final SegmentObservation observed = new SegmentObservation(LOG, 4);
  private final List<Long> times = new ArrayList<>();

  @TempDir
  Path scratch;

  private HeadReplay replay(HeadFixture fixture, long skip, WindowCoverage coverage) {
    var replay = new HeadReplay(fixture.head, skip, observed, coverage, this::keep);
    for (int i = 0; i < 3; i++) {
      replay.series(i, Labels.of("n", "" + i));
    }
    return replay;
  }

  private LogBatch keep(LogBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      times.add(batch.time(i));
    }
    return new LogBatch();
  }

  @Test
  void whatIsInBlocksIsLeftOutAndYetSeen() throws IOException {
    try (var fixture = new HeadFixture(scratch, Long.MAX_VALUE)) {
      HeadReplay replay = replay(fixture, 0, (window, log, segment, end) -> {
        assertThat(log).isEqualTo(LOG);
        assertThat(segment).isEqualTo(4);
        return window == EARLIER && end <= 100;
      });
      replay.recordBegin(100);
      replay.samples(0, 3, EARLIER + 1, BITS);
      replay.sample(1, EARLIER + 2, 0);
      replay.samples(0, 3, NOW, BITS);
      replay.sample(1, EARLIER + 3, 0);
      replay.recordBegin(200);
      replay.samples(0, 3, EARLIER + 4, BITS);
      replay.sample(1, EARLIER + 5, 0);
      replay.finish();
      assertThat(times).containsExactly(NOW, NOW, NOW, EARLIER + 4, EARLIER + 4, EARLIER + 4, EARLIER + 5);
      assertThat(replay.samples()).as("counted all the same").isEqualTo(12);
      assertThat(observed.touched()).containsEntry(EARLIER, 200L).containsEntry(NOW, 100L).hasSize(2);
    }
  }

  @Test
  void runsAloneTellTheirWindow() throws IOException {
    try (var fixture = new HeadFixture(scratch, Long.MAX_VALUE)) {
      HeadReplay replay = replay(fixture, 4, WindowCoverage.NOTHING);
      replay.recordBegin(100);
      replay.samples(0, 3, EARLIER, BITS);
      replay.samples(0, 3, NOW, BITS);
      replay.finish();
      assertThat(times).containsExactly(NOW, NOW);
      assertThat(observed.touched()).containsOnlyKeys(EARLIER, NOW);
    }
  }

  @Test
  void whatTheEndNamesCountsToTheEnd() throws IOException {
    try (var fixture = new HeadFixture(scratch, Long.MAX_VALUE)) {
      HeadReplay replay = replay(fixture, 0, WindowCoverage.NOTHING);
      replay.recordBegin(100);
      replay.sample(0, NOW, 0);
      replay.recordBegin(300);
      replay.touched(NOW, NOW, NOW);
      replay.touched(EARLIER, EARLIER, EARLIER);
      replay.segmentEnd();
      assertThat(observed.touched()).containsEntry(NOW, 100L).containsEntry(EARLIER, 300L);
      assertThat(observed.ended()).isTrue();
    }
  }
}
