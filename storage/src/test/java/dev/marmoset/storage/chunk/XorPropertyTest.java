package dev.marmoset.storage.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// XOR chunks for all bit patterns and times, whole and damaged.
class XorPropertyTest {
  @Provide
  Arbitrary<Long> starts() {
    return Samples.starts();
  }

  @Provide
  Arbitrary<Long> deltas() {
    return Samples.deltas();
  }

  @Provide
  Arbitrary<Long> values() {
    return Samples.values();
  }

  @Property
  void whatGoesInComesOutBitForBit(@ForAll("starts") long start,
      @ForAll @Size(min = 1, max = 130) List<@From("deltas") Long> deltas,
      @ForAll @Size(value = 130) List<@From("values") Long> values) {
    var data = encode(Samples.times(start, deltas), values);
    var samples = new XorIterator().reset(data, 0, data.length);
    var times = Samples.times(start, deltas);
    for (int i = 0; i < times.length; i++) {
      assertThat(samples.next()).as("sample %s", i).isTrue();
      assertThat(samples.time()).isEqualTo(times[i]);
      assertThat(samples.valueBits()).isEqualTo(values.get(i));
    }
    assertThat(samples.next()).isFalse();
    assertThat(samples.corruption()).isEmpty();
  }

  @Property
  void anyCutLosesOnlyTheEndAndIsReported(@ForAll("starts") long start,
      @ForAll @Size(min = 1, max = 20) List<@From("deltas") Long> deltas,
      @ForAll @Size(value = 20) List<@From("values") Long> values, @ForAll @IntRange(max = 100_000) int cut) {
    var times = Samples.times(start, deltas);
    var data = encode(times, values);
    int length = cut % data.length;
    var samples = new XorIterator().reset(Arrays.copyOf(data, length), 0, length);
    int read = 0;
    while (samples.next()) {
      assertThat(samples.time()).isEqualTo(times[read]);
      assertThat(samples.valueBits()).isEqualTo(values.get(read));
      read++;
    }
    assertThat(read).isLessThan(times.length);
    assertThat(samples.corruption()).isPresent();
    assertThat(samples.next()).isFalse();
  }

  @Property(tries = 3000)
  void anyBytesEndInSamplesOrCorruption(@ForAll byte[] bytes) {
    drain(bytes);
  }

  @Property
  void anyFlippedBitEndsInSamplesOrCorruption(@ForAll("starts") long start,
      @ForAll @Size(min = 1, max = 20) List<@From("deltas") Long> deltas,
      @ForAll @Size(value = 20) List<@From("values") Long> values, @ForAll @IntRange(max = 100_000) int bit) {
    var data = encode(Samples.times(start, deltas), values);
    int at = bit % (data.length * Byte.SIZE);
    data[at / Byte.SIZE] ^= (byte) (1 << (at % Byte.SIZE));
    drain(data);
  }

  private static void drain(byte[] data) {
    var samples = new XorIterator().reset(data, 0, data.length);
    int read = 0;
    while (samples.next()) {
      read++;
    }
    assertThat(read).isLessThanOrEqualTo(samples.sampleCount());
    assertThat(samples.corruption().isPresent())
        .isEqualTo(read < samples.sampleCount() || data.length < Chunk.COUNT_BYTES);
  }

  private static byte[] encode(long[] times, List<Long> values) {
    var appender = new XorAppender();
    for (int i = 0; i < times.length; i++) {
      appender.append(times[i], values.get(i));
      assertThat(appender.lastTime()).isEqualTo(times[i]);
      assertThat(appender.lastValueBits()).isEqualTo(values.get(i));
    }
    assertThat(appender.count()).isEqualTo(times.length);
    // A range is only known of ascending times; here they wrap, so the bytes are taken around the check.
    return appender.data();
  }
}
