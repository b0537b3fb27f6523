package dev.marmoset.storage.chunk.histogram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpansTest {
  @Test
  void offsetsCountUnusedBucketsBetweenSpans() {
    assertThat(Spans.of(-2, 2, 1, 3).indexes()).containsExactly(-2, -1, 1, 2, 3);
  }

  @Test
  void emptySpansOnlyMoveTheIndex() {
    assertThat(Spans.of(5, 0, 3, 2, 1, 0, 2, 1, 9, 0).indexes()).containsExactly(8, 9, 13);
  }

  @Test
  void coveringMakesTheFewestSpans() {
    assertThat(Spans.covering(new int[] {-3, -2, 0, 1, 2, 7, 99}, 6)).isEqualTo(Spans.of(-3, 2, 1, 3, 4, 1));
    assertThat(Spans.covering(new int[0], 0)).isEqualTo(Spans.NONE);
  }

  @Test
  void lengthsAreUnsigned() {
    assertThat(Spans.of(0, -1, 0, -1).bucketCount()).isEqualTo(2 * 4_294_967_295L);
    assertThat(Spans.of(0, -1).inRange()).isFalse();
  }

  @Test
  void knowsItsRange() {
    assertThat(Spans.of(Spans.MAX_INDEX, 1).inRange()).isTrue();
    assertThat(Spans.of(Spans.MAX_INDEX, 2).inRange()).isFalse();
    assertThat(Spans.of(-Spans.MAX_INDEX, 1).inRange()).isTrue();
    assertThat(Spans.of(-Spans.MAX_INDEX - 1, 1).inRange()).isFalse();
    assertThat(Spans.of(-5, 1, 0, 1).ascends()).isTrue();
    assertThat(Spans.of(5, 1, -1, 1).ascends()).isFalse();
  }

  @Test
  void refusesHalfAPair() {
    assertThatThrownBy(() -> Spans.of(1, 2, 3)).isInstanceOf(IllegalArgumentException.class);
  }
}
