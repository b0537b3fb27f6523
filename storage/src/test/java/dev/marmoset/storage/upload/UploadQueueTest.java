package dev.marmoset.storage.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.objstore.InMemoryObjectStore.Effect;
import dev.marmoset.storage.upload.UploadOutcome.AlreadyPublished;
import dev.marmoset.storage.upload.UploadOutcome.Scope;
import dev.marmoset.storage.upload.bucket.BucketKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// When which block is tried, in virtual time.
class UploadQueueTest {
  private final UploadFixture fixture = new UploadFixture();
  private final Registers registers = new Registers();
  private final UploadQueue queue =
      new UploadQueue(registers, fixture.uploader(), fixture.clock, new Random(1), fixture.stats);

  /// Registers in memory.
  private static final class Registers implements PublishedWindows {
    private final List<FinalBlock> pending = new ArrayList<>();
    private final List<Ulid> uploaded = new ArrayList<>();
    private final List<UploadOutcome.Conflict> conflicts = new ArrayList<>();
    private int failures;

    @Override
    public List<FinalBlock> pending() throws IOException {
      fail();
      return List.copyOf(pending);
    }

    private void fail() throws IOException {
      if (failures-- > 0) {
        throw new IOException("ESTALE");
      }
    }

    @Override
    public void uploaded(FinalBlock block, UploadOutcome outcome) throws IOException {
      fail();
      pending.remove(block);
      uploaded.add(outcome instanceof AlreadyPublished(Ulid holder) ? holder : block.ulid());
    }

    @Override
    public void conflict(FinalBlock block, UploadOutcome.Conflict conflict) {
      conflicts.add(conflict);
      if (conflict.scope() == Scope.WINDOW) {
        pending.remove(block);
      }
    }
  }

  /// Steps for a span of virtual time, never sleeping longer than the queue says.
  private void run(long millis) {
    long end = fixture.clock.nanos() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (fixture.clock.nanos() < end) {
      long wait = queue.step();
      if (wait > 0) {
        fixture.clock.pass(TimeUnit.NANOSECONDS.toMillis(wait) + 1);
      }
    }
  }

  @Test
  void uploadsTheOldestWindowFirst() throws IOException {
    var expected = new ArrayList<Ulid>();
    for (int n = 0; n < 5; n++) {
      FinalBlock block = fixture.block(n);
      registers.pending.add(block);
      expected.add(block.ulid());
    }
    Collections.reverse(registers.pending);
    run(1);
    assertThat(registers.uploaded).isEqualTo(expected);
    assertThat(fixture.stats.uploads.sum()).isEqualTo(5);
    assertThat(fixture.stats.backlog).hasValue(0);
    assertThat(fixture.stats.lastUpload.get()).isPositive();
  }

  @Test
  void resumesByItselfWhenTheBucketComesBackAfterHours() throws IOException {
    fixture.bucket.fault((_, _) -> Effect.REFUSED);
    for (int n = 0; n < 4; n++) {
      registers.pending.add(fixture.block(n));
      run(7_200_000);
      assertThat(fixture.stats.backlog).hasValue(n + 1);
    }
    assertThat(fixture.bucket.operations().size()).as("attempts in 8 h").isBetween(90, 220);
    assertThat(registers.pending).hasSize(4);
    fixture.bucket.fault((_, _) -> Effect.NONE);
    run(300_000);
    assertThat(registers.uploaded).hasSize(4);
    assertThat(registers.pending).isEmpty();
    assertThat(fixture.stats.backlog).hasValue(0);
  }

  @Test
  void waitsLongerEachTimeAndNeverLong() throws IOException {
    fixture.bucket.fault((_, _) -> Effect.REFUSED);
    registers.pending.add(fixture.block(0));
    long most = 1;
    for (int i = 0; i < 20; i++) {
      long wait = TimeUnit.NANOSECONDS.toMillis(queue.step());
      assertThat(wait).isBetween(Math.min(300_000, 1000 * most) / 2 - 1, Math.min(300_000, 1000 * most));
      fixture.clock.pass(wait + 1);
      most = Math.min(most * 2, 1000);
    }
  }

  @Test
  void aBlockThatCannotBeReadDoesNotHoldUpTheOthers() throws IOException {
    FinalBlock lost = fixture.block(0);
    fixture.files.delete(lost.directory().resolve("index"));
    registers.pending.addAll(List.of(lost, fixture.block(1), fixture.block(2)));
    run(1000);
    assertThat(registers.uploaded).hasSize(2).doesNotContain(lost.ulid());
    assertThat(fixture.stats.backlog).hasValue(1);
  }

  @Test
  void aWindowInConflictDoesNotHoldUpTheOthers() throws IOException {
    registers.pending.add(fixture.block(0));
    run(1);
    FinalBlock forked = fixture.block(UploadFixture.VOLUME, 0, 0, 500);
    registers.pending.addAll(List.of(forked, fixture.block(1)));
    run(1);
    assertThat(registers.conflicts).hasSize(1);
    assertThat(registers.uploaded).hasSize(2).doesNotContain(forked.ulid());
    assertThat(fixture.stats.conflicts.sum()).isEqualTo(1);
  }

  @Test
  void foreignLabelsStopEverythingUntilTheyAreFree() throws IOException {
    String owner = BucketKeys.owner(UploadFixture.IDENTITY);
    fixture.bucket.place(owner, "{}".getBytes(UTF_8));
    registers.pending.addAll(List.of(fixture.block(0), fixture.block(1)));
    run(3_600_000);
    assertThat(registers.conflicts).hasSizeBetween(5, 7);
    assertThat(registers.uploaded).isEmpty();
    assertThat(fixture.stats.backlog).hasValue(2);
    fixture.bucket.remove(owner);
    run(600_000);
    assertThat(registers.uploaded).hasSize(2);
  }

  @Test
  void survivesRegistersThatCannotBeReadOrWritten() throws IOException {
    registers.pending.add(fixture.block(0));
    registers.failures = 1;
    assertThat(queue.step()).isPositive();
    registers.failures = 0;
    fixture.bucket.fault((_, _) -> {
      registers.failures = 1;
      return Effect.NONE;
    });
    assertThat(queue.step()).isZero();
    assertThat(registers.uploaded).isEmpty();
    fixture.bucket.fault((_, _) -> Effect.NONE);
    run(60_000);
    assertThat(registers.uploaded).hasSize(1);
    assertThat(fixture.stats.lookFailures.sum()).isEqualTo(1);
  }

  @Test
  void waitsForTheLease() throws IOException {
    registers.pending.add(fixture.block(0));
    fixture.leaseValid = false;
    run(10_000);
    assertThat(fixture.bucket.operations()).isEmpty();
    assertThat(fixture.stats.denied.sum()).isBetween(9L, 11L);
    assertThat(fixture.stats.failures.sum()).isZero();
    fixture.leaseValid = true;
    run(2000);
    assertThat(registers.uploaded).hasSize(1);
  }
}
