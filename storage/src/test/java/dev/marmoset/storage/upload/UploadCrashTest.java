package dev.marmoset.storage.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.objstore.InMemoryObjectStore.Effect;
import dev.marmoset.storage.upload.UploadOutcome.AlreadyPublished;
import dev.marmoset.storage.upload.UploadOutcome.Conflict;
import dev.marmoset.storage.upload.UploadOutcome.Uploaded;
import dev.marmoset.storage.upload.bucket.BucketKeys;
import dev.marmoset.storage.upload.bucket.Duplicates;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What crashes, pauses and lost answers leave behind, at every request of an upload, and that whoever comes next ends it
/// with exactly one visible block. The rows are those of the design's table of crashes and zombies.
class UploadCrashTest {
  /// The end of a process in the middle of a request.
  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  private enum Accident {
    /// The process dies before the request.
    DIES,
    /// The process dies, its request has been done.
    DIES_BEHIND, ANSWER_LOST, REFUSED,
    /// The request is under way for long and lands when everything is over.
    LATE,
    /// The process is paused before the request while another one does the whole upload, and then goes on.
    ZOMBIE
  }

  /// Requests of an upload into an empty bucket.
  private static int requests() throws IOException {
    var fixture = new UploadFixture();
    fixture.uploader().upload(fixture.block(0));
    return fixture.bucket.operations().size();
  }

  static Stream<Arguments> accidents() throws IOException {
    int requests = requests();
    return Stream.of(Accident.values())
        .flatMap(accident -> IntStream.range(0, requests).mapToObj(n -> Arguments.of(accident, n)));
  }

  @ParameterizedTest
  @MethodSource("accidents")
  void oneWholeBlockIsVisibleInTheEnd(Accident accident, int request) throws IOException {
    var fixture = new UploadFixture();
    FinalBlock block = fixture.block(0);
    Consumer<String> invariant = operation -> visibleMeansComplete(fixture, block, operation);
    var next = fixture.uploader();
    fixture.bucket.fault((number, operation) -> {
      invariant.accept(operation);
      return number == request ? happen(accident, () -> finish(fixture, next, block)) : Effect.NONE;
    });
    try {
      fixture.uploader().upload(block);
    } catch (Killed _) {
      // What it was about.
    }
    fixture.bucket.fault((_, operation) -> {
      invariant.accept(operation);
      return Effect.NONE;
    });
    assertThat(next.upload(block)).isInstanceOf(Uploaded.class);
    fixture.bucket.landLate();
    assertThat(fixture.visible()).containsExactly(block.ulid());
    assertThat(fixture.complete(block)).isTrue();
    assertThat(fixture.uploader().upload(block)).isInstanceOf(Uploaded.class);
  }

  private static Effect happen(Accident accident, Runnable other) {
    return switch (accident) {
      case DIES -> throw new Killed();
      case DIES_BEHIND, ANSWER_LOST -> Effect.ANSWER_LOST;
      case REFUSED -> Effect.REFUSED;
      case LATE -> Effect.LATE;
      case ZOMBIE -> {
        other.run();
        yield Effect.NONE;
      }
    };
  }

  private static void finish(UploadFixture fixture, BlockUploader other, FinalBlock block) {
    // The other process meets no accident, whatever the number of its requests.
    fixture.bucket.fault((_, _) -> Effect.NONE);
    assertThat(other.upload(block)).isInstanceOf(Uploaded.class);
  }

  /// I11: a meta.json in the bucket belongs to a whole block.
  private static void visibleMeansComplete(UploadFixture fixture, FinalBlock block, String operation) {
    try {
      assertThat(fixture.visible().isEmpty() || fixture.complete(block)).as("before " + operation).isTrue();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void findsItselfCompactedAfterDaysDown() throws IOException {
    var fixture = new UploadFixture();
    FinalBlock block = fixture.block(1);
    var uploader = fixture.uploader();
    String verification = "list " + BucketKeys.directory(block.ulid());
    fixture.bucket.fault((_, operation) -> {
      if (operation.equals(verification) && !fixture.visible().isEmpty()) {
        throw new Killed();
      }
      return Effect.NONE;
    });
    assertThatThrownBy(() -> uploader.upload(block)).isInstanceOf(Killed.class);
    fixture.bucket.fault((_, _) -> Effect.NONE);
    assertThat(fixture.visible()).containsExactly(block.ulid());
    Ulid holder = fixture.compacted(0, 3, List.of(block.source()));
    fixture.bucket.objects().keySet().stream().filter(key -> key.startsWith(block.ulid().toString()))
        .forEach(fixture.bucket::remove);
    fixture.clock.pass(86_400_000L * 5);
    assertThat(fixture.uploader().upload(block)).isEqualTo(new AlreadyPublished(holder));
    assertThat(fixture.visible()).containsExactly(holder);
  }

  @Test
  void aResurrectedBlockIsRetired() throws IOException {
    var fixture = new UploadFixture();
    FinalBlock block = fixture.block(1);
    String meta = "put " + BucketKeys.meta(block.ulid());
    fixture.bucket.fault((_, operation) -> operation.equals(meta) ? Effect.LATE : Effect.NONE);
    fixture.uploader().upload(block);
    fixture.bucket.fault((_, _) -> Effect.NONE);
    assertThat(fixture.uploader().upload(block)).isInstanceOf(Uploaded.class);
    Ulid holder = fixture.compacted(0, 3, List.of(block.source()));
    fixture.bucket.remove(BucketKeys.meta(block.ulid()));
    fixture.bucket.landLate();
    assertThat(fixture.visible()).containsExactlyInAnyOrder(block.ulid(), holder);
    assertThat(fixture.uploader().audit(UploadFixture.IDENTITY, 0).retired())
        .containsExactly(new Duplicates.Retired(block.ulid(), holder));
    assertThat(fixture.visible()).containsExactly(holder);
  }

  @Test
  void aVolumeRestoredFromABackupKeepsItsBlockForItself() throws IOException {
    var fixture = new UploadFixture();
    FinalBlock original = fixture.block(UploadFixture.VOLUME, 0, 0, 0);
    FinalBlock restored = fixture.block(UploadFixture.VOLUME, 0, 0, 90_000);
    assertThat(fixture.uploader().upload(original)).isInstanceOf(Uploaded.class);
    assertThat(fixture.uploader().upload(restored)).isInstanceOf(Conflict.class);
    assertThat(fixture.visible()).containsExactly(original.ulid());
  }

  /// A broken link(2) and a bucket without conditional puts: the only way to two finals of a window.
  @Test
  void twoFinalsOfAWindowEndAsOne() throws IOException {
    var fixture = new UploadFixture();
    fixture.bucket.withoutConditions();
    FinalBlock first = fixture.block(UploadFixture.VOLUME, 0, 0, 0);
    FinalBlock second = fixture.block(UploadFixture.VOLUME, 0, 0, 500);
    var other = fixture.uploader();
    String record = "put " + BucketKeys.window(UploadFixture.IDENTITY, UploadFixture.START, 0);
    var done = new boolean[1];
    fixture.bucket.fault((_, operation) -> {
      // Both have looked and found no record.
      if (operation.equals(record) && !done[0]) {
        done[0] = true;
        assertThat(other.upload(second)).isInstanceOf(Uploaded.class);
      }
      return Effect.NONE;
    });
    // The second is there and holds the same: nothing is put.
    assertThat(fixture.uploader().upload(first)).isEqualTo(new AlreadyPublished(second.ulid()));
    assertThat(fixture.visible()).containsExactly(second.ulid());
  }

  @Test
  void ofTwoVisibleFinalsTheSmallerNameStays() throws IOException {
    var fixture = new UploadFixture();
    fixture.bucket.withoutConditions();
    FinalBlock first = fixture.block(UploadFixture.VOLUME, 0, 0, 0);
    FinalBlock second = fixture.block(UploadFixture.VOLUME, 0, 0, 500);
    var other = fixture.uploader();
    var done = new boolean[1];
    fixture.bucket.fault((_, operation) -> {
      if (operation.equals("put " + BucketKeys.meta(first.ulid())) && !done[0]) {
        done[0] = true;
        fixture.bucket.remove(BucketKeys.window(UploadFixture.IDENTITY, UploadFixture.START, 0));
        assertThat(other.upload(second)).isInstanceOf(Uploaded.class);
      }
      return Effect.NONE;
    });
    assertThat(fixture.uploader().upload(first)).isInstanceOfSatisfying(Uploaded.class,
        up -> assertThat(up.findings().retired()).hasSize(1));
    assertThat(fixture.visible()).containsExactly(first.ulid());
  }

  @Test
  void aDamagedCopyNeverBeatsAWholeOne() throws IOException {
    var fixture = new UploadFixture();
    FinalBlock first = fixture.block(UploadFixture.VOLUME, 0, 0, 0);
    FinalBlock second = fixture.block(UploadFixture.VOLUME, 0, 0, 500);
    fixture.uploader().upload(first);
    fixture.bucket.remove(BucketKeys.window(UploadFixture.IDENTITY, UploadFixture.START, 0));
    fixture.bucket.remove(BucketKeys.meta(first.ulid()));
    fixture.uploader().upload(second);
    fixture.bucket.place(BucketKeys.meta(first.ulid()),
        first.publication().meta().getBytes(UTF_8));
    fixture.bucket.remove(BucketKeys.file(first.ulid(), "index"));
    fixture.uploader().audit(UploadFixture.IDENTITY, 0);
    assertThat(fixture.visible()).containsExactly(second.ulid());
  }
}
