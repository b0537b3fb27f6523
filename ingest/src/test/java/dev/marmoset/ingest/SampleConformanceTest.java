package dev.marmoset.ingest;

import static dev.marmoset.ingest.WriteClient.HOUR;
import static dev.marmoset.ingest.WriteClient.MINUTE;
import static dev.marmoset.ingest.WriteClient.NOW;
import static dev.marmoset.ingest.WriteClient.bits;
import static dev.marmoset.ingest.WriteClient.written;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Conformance cases 31–37 and 42–65: values, times, windows, batches and retries.
class SampleConformanceTest {
  private static final long STALE = 0x7ff0000000000002L;
  private static final long NAN = 0x7ff8000000000001L;

  private final WriteClient client = new WriteClient();

  private static Messages up(long t, double value) {
    return new Messages().metric("up").sample(t, value);
  }

  private static Messages upBits(long t, long bits) {
    return new Messages().metric("up").bits(t, bits);
  }

  @Test
  void case31EqualSampleCountsAsWrittenAndIsStoredOnce() {
    client.v2(up(NOW, 1));
    assertThat(written(client.v2(up(NOW, 1)))).isEqualTo("1/0/0");
    assertThat(client.samples("__name__", "up")).isEqualTo(Map.of(NOW, bits(1)));
  }

  @Test
  void case32OtherValueAtTheLatestTimeIsRefused() {
    client.v2(up(NOW, 1));
    WriteResponse response = client.v2(up(NOW, 2));
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body()).contains("duplicate");
    assertThat(written(response)).isEqualTo("0/0/0");
    assertThat(client.samples("__name__", "up")).isEqualTo(Map.of(NOW, bits(1)));
  }

  @ParameterizedTest
  @CsvSource({"0000000000000000,8000000000000000,400", "7ff0000000000002,7ff8000000000001,400",
    "7ff0000000000002,7ff0000000000002,204"})
  void case33BitsAreCompared(String first, String second, int status) {
    // The generated encoder keeps -0, unlike the one of Prometheus.
    client.v1(upBits(NOW, Long.parseUnsignedLong(first, 16)));
    assertThat(client.v1(upBits(NOW, Long.parseUnsignedLong(second, 16))).status()).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(longs = {STALE, NAN, 0x7ff8000000000000L, 0xfff8000000001234L, 0x7ff0000000000000L,
    0xfff0000000000000L,
    1L, 0x8000000000000000L, 0x000fffffffffffffL})
  void case34BitsAreKept(long bits) {
    client.v1(upBits(NOW, bits));
    client.v2(upBits(NOW + 1, bits));
    assertThat(client.samples("__name__", "up")).isEqualTo(Map.of(NOW, bits, NOW + 1, bits));
  }

  @ParameterizedTest
  @CsvSource({"540000,204", "600000,204", "600001,400", "660000,400", "3600000,400"})
  void case35FutureEndsAfterTenMinutes(long ahead, int status) {
    WriteResponse response = client.v2(up(NOW + ahead, 1));
    assertThat(response.status()).isEqualTo(status);
    if (status == 400) {
      assertThat(response.body()).contains("too far in the future").contains("ahead");
      assertThat(client.storage.created()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({"-1,too old", "-9223372036854775808,too old", "9223372036854775807,too far in the future"})
  void case36ExtremeTimesAreRefusedWithoutOverflow(long t, String text) {
    WriteResponse first = client.v1(up(t, 1));
    assertThat(first.status()).isEqualTo(400);
    assertThat(first.body()).contains(text);
    client.v1(up(NOW, 1));
    assertThat(client.v1(up(t, 1)).body()).contains(text);
    assertThat(client.samples("__name__", "up")).hasSize(1);
  }

  @Test
  void case37FirstSampleEverIsJudgedLikeAnyOther() {
    WriteResponse response = client.v1(up(NOW - 72 * HOUR, 1));
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body()).contains("too old").contains("at most 24h old");
    assertThat(new WriteClient(96 * HOUR).v1(up(NOW - 72 * HOUR, 1)).status()).isEqualTo(204);
  }

  @ParameterizedTest
  @CsvSource({"1440,59,204", "5,5,204", "1440,61,204", "1440,1380,204", "5,4,204", "5,6,400",
    "1440,1440,204"})
  void case42To49AgeDecidesNotOrder(long windowMinutes, long ageMinutes, int status) {
    var store = new WriteClient(windowMinutes * MINUTE);
    assertThat(store.v1(new Messages().metric("other").sample(NOW, 1)).status()).isEqualTo(204);
    assertThat(store.v1(up(NOW, 1)).status()).isEqualTo(204);
    assertThat(store.v1(up(NOW - ageMinutes * MINUTE, 2)).status()).isEqualTo(status);
    assertThat(store.v1(new Messages().metric("new").sample(NOW - ageMinutes * MINUTE, 2)).status())
        .isEqualTo(status);
    assertThat(store.samples("__name__", "up")).hasSize(status == 204 ? 2 : 1);
  }

  @ParameterizedTest
  @ValueSource(longs = {5 * MINUTE, 24 * HOUR, 26 * HOUR, 7 * 24 * HOUR})
  void case43And48OneMillisecondBeyondTheWindowIsTooOld(long window) {
    var store = new WriteClient(window);
    assertThat(store.v1(up(NOW - window, 1)).status()).isEqualTo(204);
    assertThat(store.v1(up(NOW - window - 1, 1)).status()).isEqualTo(400);
    assertThat(store.samples("__name__", "up")).hasSize(1);
  }

  @Test
  void case45DescendingSamplesAreBothStored() {
    assertThat(written(client.v2(up(NOW, 1).sample(NOW - 10, 2)))).isEqualTo("2/0/0");
    assertThat(client.samples("__name__", "up")).isEqualTo(Map.of(NOW, bits(1), NOW - 10, bits(2)));
  }

  @Test
  void case46ConflictWithinARequest() {
    WriteResponse newest = client.v2(up(NOW, 1).sample(NOW, 2));
    assertThat(newest.status()).isEqualTo(400);
    assertThat(written(newest)).isEqualTo("1/0/0");
    WriteResponse older = client.v2(up(NOW - 10, 1).sample(NOW - 10, 2));
    assertThat(older.status()).isEqualTo(204);
    assertThat(written(older)).isEqualTo("2/0/0");
    assertThat(client.samples("__name__", "up")).isEqualTo(Map.of(NOW, bits(1), NOW - 10, bits(2)));
  }

  @Test
  void case47And50LateSamplesAndTheirDuplicates() {
    client.v1(up(NOW, 0));
    for (long age : new long[] {MINUTE, 90 * MINUTE, 23 * HOUR}) {
      assertThat(written(client.v2(up(NOW - age, 1)))).isEqualTo("1/0/0");
      assertThat(written(client.v2(up(NOW - age, 1)))).isEqualTo("1/0/0");
    }
    assertThat(client.samples("__name__", "up")).hasSize(4);
  }

  @Test
  void case59And60GoodSamplesOfABadRequestAreKept() {
    client.v1(up(NOW, 1));
    var request =
        new Messages().metric("a").sample(NOW, 1).metric("up").sample(NOW, 9).metric("b").sample(NOW, 2);
    WriteResponse v2 = client.v2(request);
    assertThat(v2.status()).isEqualTo(400);
    assertThat(written(v2)).isEqualTo("2/0/0");
    WriteResponse v1 = client.v1(request);
    assertThat(v1.status()).isEqualTo(400);
    assertThat(written(v1)).isEmpty();
    assertThat(client.content()).hasSize(3);
    assertThat(client.counter("marmoset.ingest.samples", "protocol", "2.0")).isEqualTo(2);
    assertThat(client.counter("marmoset.ingest.rejected.samples", "reason", "duplicate")).isEqualTo(2);
  }

  @Test
  void case61OneOfFourSeriesWithoutAName() {
    var request =
        new Messages().metric("a").sample(NOW, 1).series("job", "x").sample(NOW, 1).metric("b").sample(NOW, 1)
            .metric("c").sample(NOW, 1);
    WriteResponse response = client.v2(request);
    assertThat(response.status()).isEqualTo(400);
    assertThat(written(response)).isEqualTo("3/0/0");
    assertThat(client.v1(request).status()).isEqualTo(400);
    assertThat(client.content()).hasSize(3);
  }

  @Test
  void case62RetryIsANoOpThatIsWrittenInFull() {
    var request = new Messages().metric("a").sample(NOW, 1).sample(NOW + 1, 2).metric("b").sample(NOW, 1);
    client.v2(request);
    var before = client.content().toString();
    assertThat(written(client.v2(request))).isEqualTo("3/0/0");
    assertThat(client.content()).hasToString(before);
    assertThat(client.storage.commits()).isEqualTo(1);
  }

  @Test
  void case63And64RefusedRequestsCreateNothing() {
    for (int i = 0; i < 100; i++) {
      assertThat(client.v1(up(NOW - 25 * HOUR, 1)).status()).isEqualTo(400);
      assertThat(client.v1(new Messages().metric("m" + i).sample(NOW - 25 * HOUR, 1)).status())
          .isEqualTo(400);
    }
    assertThat(client.storage.created()).isZero();
    assertThat(client.storage.commits()).isZero();
  }

  @Test
  void case65LargeRequests() {
    var samples = new Messages().metric("up");
    for (int i = 0; i < 50_000; i++) {
      samples.sample(NOW - i, i);
    }
    assertThat(written(client.v2(samples))).isEqualTo("50000/0/0");
    var series = new Messages();
    for (int i = 0; i < 10_000; i++) {
      series.series("__name__", "m", "i", Integer.toString(i)).sample(NOW, i);
    }
    assertThat(client.v1(series).status()).isEqualTo(204);
    assertThat(client.content()).hasSize(10_001);
    assertThat(client.storage.commits()).isEqualTo(2);
  }

  @Test
  void seriesOverTheStoresLimitAreRefusedAndKnownOnesAreNot() {
    client.v1(up(NOW, 1));
    client.storage.maxSeries(1);
    var request = new Messages().metric("up").sample(NOW + 1, 1).metric("new").sample(NOW, 1).sample(0, 1);
    WriteResponse response = client.v2(request);
    assertThat(response.status()).isEqualTo(400);
    assertThat(response.body()).contains("limit of series reached 1").contains("too old 1");
    assertThat(written(response)).isEqualTo("1/0/0");
  }

  @Test
  void anySplitAndOrderOfConflictFreeSamplesGivesTheSameContent() {
    var random = new Random(99);
    var expected = new TreeMap<Long, Object>();
    for (int i = 0; i < 200; i++) {
      long t = NOW - random.nextLong(HOUR);
      double value = random.nextInt(5);
      if (expected.putIfAbsent(t, bits(value)) == null) {
        client.v1(up(t, value));
      }
    }
    assertThat(client.samples("__name__", "up")).isEqualTo(expected);
  }
}
