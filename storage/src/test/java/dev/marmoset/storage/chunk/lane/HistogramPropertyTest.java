package dev.marmoset.storage.chunk.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.Samples;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.HistogramValidator;
import dev.marmoset.storage.chunk.histogram.HistogramVerdict;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/// Histogram chunks of both kinds, whole and damaged.
class HistogramPropertyTest {
  @Provide
  Arbitrary<Long> times() {
    return Arbitraries.oneOf(Arbitraries.of(Long.MIN_VALUE, -1L, 0L, 1L << 41), Samples.deltas());
  }

  @Property
  void generatedHistogramsAreValid(@ForAll long seed, @ForAll boolean floats) {
    for (var sample : HistogramRuns.run(seed, 50, floats)) {
      assertThat(HistogramValidator.validate(sample)).isInstanceOf(HistogramVerdict.Valid.class);
      assertThat(HistogramValidator.validate(sample.canonical())).isInstanceOf(HistogramVerdict.Valid.class);
    }
  }

  @Property
  void whatGoesIntoAChunkComesOut(@ForAll long seed, @ForAll boolean floats,
      @ForAll @IntRange(min = 1, max = 150) int length) {
    var samples = HistogramRuns.run(seed, length, floats);
    var appender = new HistogramAppender(encoding(floats));
    appender.begin(ResetFlag.ofFirst(samples.getFirst().resetHint()), 0, samples.getFirst());
    int first = 0;
    for (int i = 1; i < length; i++) {
      if (appender.append(i, samples.get(i)) instanceof AppendOutcome.NewChunk(var flag)) {
        assertHolds(appender.chunk(), samples, first);
        appender.begin(flag, i, samples.get(i));
        first = i;
      }
    }
    assertHolds(appender.chunk(), samples, first);
  }

  private static void assertHolds(Chunk chunk, List<HistogramSample> samples, int first) {
    var decoded = new HistogramIterator().reset(chunk.encoding(), chunk.data(), 0, chunk.data().length);
    for (int i = 0; i < chunk.sampleCount(); i++) {
      assertThat(decoded.next()).isTrue();
      assertThat(decoded.time()).isEqualTo(first + i);
      assertEqualButForHint(decoded.histogram(), samples.get(first + i));
    }
    assertThat(decoded.next()).isFalse();
    assertThat(decoded.corruption()).isEmpty();
  }

  private static void assertEqualButForHint(HistogramSample decoded, HistogramSample fed) {
    var expected = fed.canonical();
    var actual = decoded.canonical();
    assertThat(actual.getClass()).isEqualTo(expected.getClass());
    assertThat(actual.layout()).isEqualTo(expected.layout());
    assertThat(actual.buckets()).isEqualTo(expected.buckets());
    assertThat(List.of(actual.count(), actual.zeroCount(), actual.sumBits()))
        .isEqualTo(List.of(expected.count(), expected.zeroCount(), expected.sumBits()));
  }

  @Property
  void timesOfAnyDistanceComeBack(@ForAll @Size(min = 1, max = 20) List<@From("times") Long> times,
      @ForAll boolean floats) {
    var appender = new HistogramAppender(encoding(floats));
    var sample = HistogramRuns.run(1, 1, floats).getFirst();
    appender.begin(ResetFlag.UNKNOWN, times.getFirst(), sample);
    for (var t : times.subList(1, times.size())) {
      assertThat(appender.append(t, sample)).isEqualTo(AppendOutcome.Taken.APPENDED);
    }
    var data = appender.data();
    var decoded = new HistogramIterator().reset(encoding(floats), data, 0, data.length);
    for (var t : times) {
      assertThat(decoded.next()).isTrue();
      assertThat(decoded.time()).isEqualTo(t);
    }
  }

  @Property
  void anyCutIsReported(@ForAll long seed, @ForAll boolean floats, @ForAll @IntRange(max = 100_000) int cut) {
    var data = someChunk(seed, floats);
    int length = cut % data.length;
    var samples = new HistogramIterator().reset(encoding(floats), Arrays.copyOf(data, length), 0, length);
    while (samples.next()) {
      assertThat(samples.histogram()).isNotNull();
    }
    assertThat(samples.corruption()).isPresent();
    assertThat(samples.next()).isFalse();
  }

  @Property
  void anyFlippedBitsEndInSamplesOrCorruption(@ForAll long seed, @ForAll boolean floats,
      @ForAll @Size(min = 1, max = 3) List<@IntRange(max = 100_000) Integer> flips) {
    var data = someChunk(seed, floats);
    for (int flip : flips) {
      int at = flip % (data.length * Byte.SIZE);
      data[at / Byte.SIZE] ^= (byte) (1 << (at % Byte.SIZE));
    }
    drain(data, floats);
  }

  @Property(tries = 3000)
  void anyBytesEndInSamplesOrCorruption(@ForAll byte[] bytes, @ForAll boolean floats) {
    drain(bytes, floats);
  }

  private static void drain(byte[] data, boolean floats) {
    var samples = new HistogramIterator().reset(encoding(floats), data, 0, data.length);
    int read = 0;
    while (samples.next()) {
      assertThat(samples.histogram().canonical()).isNotNull();
      read++;
    }
    assertThat(read).isLessThanOrEqualTo(samples.sampleCount());
    assertThat(samples.corruption().isPresent()).isEqualTo(read < samples.sampleCount() || data.length < 3);
  }

  private static byte[] someChunk(long seed, boolean floats) {
    var appender = new HistogramAppender(encoding(floats));
    int i = 0;
    for (var sample : HistogramRuns.run(seed, 20, floats)) {
      if (i == 0) {
        appender.begin(ResetFlag.ofFirst(sample.resetHint()), i, sample);
      } else if (appender.append(i, sample) instanceof AppendOutcome.NewChunk) {
        break;
      }
      i++;
    }
    return appender.chunk().data();
  }

  private static ChunkEncoding encoding(boolean floats) {
    return floats ? ChunkEncoding.FLOAT_HISTOGRAM : ChunkEncoding.HISTOGRAM;
  }
}
