package dev.marmoset.storage.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UlidTest {
  @Test
  void textOfTheSpecificationsExample() {
    var ulid = Ulid.parse("01ARZ3NDEKTSV4RRFFQ69G5FAV");
    assertThat(ulid.millis()).isEqualTo(1_469_922_850_259L);
    assertThat(ulid).hasToString("01ARZ3NDEKTSV4RRFFQ69G5FAV");
  }

  @Test
  void bothFormsComeBackAndSortLikeTheNumber() {
    var random = new Random(2);
    for (int i = 0; i < 10_000; i++) {
      var one = new Ulid(random.nextLong(), random.nextLong());
      var two = new Ulid(random.nextBoolean() ? one.high() : random.nextLong(), random.nextLong());
      assertThat(Ulid.parse(one.toString())).isEqualTo(one);
      assertThat(Ulid.read(one.toBytes(), 0)).isEqualTo(one);
      assertThat(Integer.signum(one.compareTo(two)))
          .isEqualTo(Integer.signum(one.toString().compareTo(two.toString())))
          .isEqualTo(Integer.signum(Arrays.compareUnsigned(one.toBytes(), two.toBytes())));
    }
  }

  @Test
  void othersAreRefused() {
    assertThat(Ulid.isUlid("81ARZ3NDEKTSV4RRFFQ69G5FAV")).as("more than 128 bits").isFalse();
    assertThat(Ulid.isUlid("01ARZ3NDEKTSV4RRFFQ69G5FAI")).as("letter I").isFalse();
    assertThat(Ulid.isUlid("01arz3ndektsv4rrffq69g5fav")).as("lower case").isFalse();
    assertThatThrownBy(() -> Ulid.parse("")).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aGeneratorAscendsWhateverTheClockDoes() {
    var clock = new VirtualClock();
    var generator = new UlidGenerator(clock, new Random(4));
    var ulids = new ArrayList<Ulid>();
    for (int i = 0; i < 1000; i++) {
      clock.stepWall(i % 7 - 3);
      ulids.add(generator.next());
    }
    assertThat(ulids).isSorted().doesNotHaveDuplicates();
  }
}
