package dev.marmoset.ingest;

import static dev.marmoset.storage.AppendResult.ACCEPTED;
import static dev.marmoset.storage.AppendResult.CONFLICTING_DUPLICATE;
import static dev.marmoset.storage.AppendResult.SAME_AGAIN;
import static dev.marmoset.storage.AppendResult.TOO_NEW;
import static dev.marmoset.storage.AppendResult.TOO_OLD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.Appender;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// The model of the store keeps the rules that the conformance tests lean on.
class FakeStorageTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long HOUR = 3_600_000;
  private static final Labels UP = Labels.of("__name__", "up", "job", "a");
  private static final byte[] REGION = LabelRegion.encode(UP);

  private final FakeStorage storage = new FakeStorage(() -> NOW, HOUR);

  @Test
  void judgesBothEdgesOfTheWindowAsInclusive() {
    try (Appender appender = storage.appender()) {
      long ref = appender.create(REGION, 0, REGION.length);
      assertThat(appender.append(ref, NOW - HOUR - 1, 1)).isEqualTo(TOO_OLD);
      assertThat(appender.append(ref, NOW - HOUR, 1)).isEqualTo(ACCEPTED);
      assertThat(appender.append(ref, NOW + 600_000, 1)).isEqualTo(ACCEPTED);
      assertThat(appender.append(ref, NOW + 600_001, 1)).isEqualTo(TOO_NEW);
    }
  }

  @Test
  void refusesAConflictWithTheLatestSampleAndMergesOthers() {
    try (Appender appender = storage.appender()) {
      long ref = appender.create(REGION, 0, REGION.length);
      long one = Double.doubleToRawLongBits(1);
      long two = Double.doubleToRawLongBits(2);
      appender.append(ref, NOW - 2, one);
      appender.append(ref, NOW, one);
      assertThat(appender.append(ref, NOW, one)).isEqualTo(SAME_AGAIN);
      assertThat(appender.append(ref, NOW, two)).isEqualTo(CONFLICTING_DUPLICATE);
      assertThat(appender.append(ref, NOW - 2, two)).isEqualTo(ACCEPTED);
      appender.commit().join();
      assertThat(storage.content().get(UP)).containsExactly(Map.entry(NOW - 2, two),
          Map.entry(NOW, one));
    }
  }

  @Test
  void forgetsWhatIsNotCommitted() {
    try (Appender appender = storage.appender()) {
      appender.append(appender.create(REGION, 0, REGION.length), NOW, 1);
    }
    assertThat(storage.content()).isEmpty();
  }

  @Test
  void findsOnlyCanonicalBytes() {
    byte[] empty = {0x0A, 2, 0x0A, 0};
    try (Appender appender = storage.appender()) {
      long ref = appender.create(REGION, 0, REGION.length);
      assertThat(appender.find(REGION, 0, REGION.length)).isEqualTo(ref);
      assertThat(appender.find(empty, 0, empty.length)).isEqualTo(Appender.UNKNOWN);
      byte[] swapped = LabelRegion.encode(Labels.of("job", "a"));
      byte[] both = Arrays.copyOf(swapped, swapped.length + REGION.length);
      System.arraycopy(REGION, 0, both, swapped.length, REGION.length);
      assertThat(appender.find(both, 0, both.length)).isEqualTo(Appender.UNKNOWN);
    }
  }

  @Test
  void hasOneAppenderAtATime() {
    try (Appender _ = storage.appender()) {
      assertThatThrownBy(storage::appender).isInstanceOf(IllegalStateException.class);
    }
  }
}
