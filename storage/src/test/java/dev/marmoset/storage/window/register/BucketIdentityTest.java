package dev.marmoset.storage.window.register;

import static dev.marmoset.storage.window.register.RegisterExamples.START;
import static dev.marmoset.storage.window.register.RegisterExamples.VOLUME;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import org.junit.jupiter.api.Test;

/// The expected values were computed with Python's hashlib.
class BucketIdentityTest {
  private static final BucketIdentity IDENTITY =
      new BucketIdentity(VOLUME, Labels.of("cluster", "eu", "a", "é"));

  @Test
  void hashesTheLabels() {
    assertThat(IDENTITY.labelsHash()).isEqualTo("d9a4c3667fa197d6");
  }

  @Test
  void sourceIsAFunctionOfVolumeLabelsWindowAndNumber() {
    assertThat(IDENTITY.source(START, 0)).hasToString("01HF8B9V8090BFA69BP45HBW8G");
    assertThat(IDENTITY.source(START, 1)).hasToString("01HF8B9V80PWRQQ0ZA5DKP0G20");
    assertThat(IDENTITY.source(START, 0).millis()).as("end of the window").isEqualTo(START + 7_200_000);
    assertThat(new BucketIdentity(VOLUME, Labels.of("cluster", "us")).source(START, 0))
        .isNotEqualTo(IDENTITY.source(START, 0));
  }

  @Test
  void bucketUlidIsAFunctionOfSourceClaimAndTime() {
    Ulid ulid = BucketIdentity.bucketUlid(Ulid.parse("01HF8B9V8090BFA69BP45HBW8G"), 3, 1_700_100_000_000L);
    assertThat(ulid).hasToString("01HFAXPJ80W3W94RPY5AMFR24M");
    assertThat(ulid.millis()).isEqualTo(1_700_100_000_000L);
  }
}
