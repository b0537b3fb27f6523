package dev.marmoset.storage.log.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogPosition;
import java.util.List;
import org.junit.jupiter.api.Test;

class CoveredPositionsTest {
  private static final Ulid A = new Ulid(1, 1);
  private static final Ulid B = new Ulid(1, 2);

  @Test
  void coversRecordsThatEndAtOrBeforeThePosition() {
    CoveredPositions covered = CoveredPositions.of(List.of(new LogPosition(A, 2, 100)));
    assertThat(covered.covers(A, 1, 5_000)).isTrue();
    assertThat(covered.covers(A, 2, 100)).isTrue();
    assertThat(covered.covers(A, 2, 101)).isFalse();
    assertThat(covered.covers(A, 3, 8)).isFalse();
    assertThat(covered.covers(B, 1, 8)).as("a log without a position").isFalse();
    assertThat(CoveredPositions.NONE.covers(A, 1, 8)).isFalse();
  }

  @Test
  void unionTakesTheFurtherPositionOfEachLog() {
    CoveredPositions one =
        CoveredPositions.of(List.of(new LogPosition(A, 2, 100), new LogPosition(B, 1, 50)));
    CoveredPositions two =
        CoveredPositions.of(List.of(new LogPosition(A, 3, 8), new LogPosition(B, 1, 40)));
    CoveredPositions union = one.union(two);
    assertThat(union).isEqualTo(two.union(one));
    assertThat(union.positions()).containsExactly(new LogPosition(A, 3, 8), new LogPosition(B, 1, 50));
    assertThat(union.covers(one)).isTrue();
    assertThat(union.covers(two)).isTrue();
    assertThat(one.covers(two)).isFalse();
    assertThat(one.union(CoveredPositions.NONE)).isEqualTo(one);
  }

  @Test
  void repeatedLogsKeepTheFurthestPosition() {
    assertThat(CoveredPositions.of(List.of(new LogPosition(A, 2, 100), new LogPosition(A, 1, 900))).of(A))
        .contains(new LogPosition(A, 2, 100));
  }
}
