package dev.marmoset.storage.upload;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.io.UlidGenerator;
import dev.marmoset.storage.objstore.InMemoryObjectStore.Effect;
import dev.marmoset.storage.upload.UploadOutcome.Cause;
import dev.marmoset.storage.upload.UploadOutcome.Conflict;
import dev.marmoset.storage.upload.UploadOutcome.Scope;
import dev.marmoset.storage.upload.UploadOutcome.Uploaded;
import dev.marmoset.storage.upload.bucket.BucketKeys;
import dev.marmoset.storage.window.register.RegisterRecord.BlockFile;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/// Steps of an upload, one at a time; crashes and zombies are in [UploadCrashTest].
class BlockUploaderTest {
  private static final Ulid OTHER_VOLUME = Ulid.of(1_600_000_000_001L, 2, 2);

  private final UploadFixture fixture = new UploadFixture();

  @Test
  void putsEverythingWithMetaLast() throws IOException {
    FinalBlock block = fixture.block(0);
    UploadOutcome outcome = fixture.uploader().upload(block);
    assertThat(outcome).isInstanceOfSatisfying(Uploaded.class, up -> {
      assertThat(up.files()).containsOnlyKeys("chunks/000001", "chunks/000002", "index", "meta.json");
      assertThat(up.findings().retired()).isEmpty();
      assertThat(up.findings().overlaps()).isEmpty();
    });
    assertThat(fixture.complete(block)).isTrue();
    var puts = fixture.bucket.operations().stream().filter(op -> op.startsWith("put ")).toList();
    String ulid = block.ulid().toString();
    assertThat(puts.subList(2, puts.size())).containsExactly(
        "put " + BucketKeys.owner(UploadFixture.IDENTITY),
        "put " + BucketKeys.window(UploadFixture.IDENTITY, UploadFixture.START, 0),
        "put " + ulid + "/chunks/000001", "put " + ulid + "/chunks/000002", "put " + ulid + "/index",
        "put " + ulid + "/meta.json");
    assertThat(fixture.bucket.objects().keySet()).noneMatch(key -> key.startsWith("marmoset/probe/"));
  }

  @Test
  void namesRecordsByTheHashOfTheLabels() {
    // echo -ne '\x07cluster\x02eu' | sha256sum | cut -c1-16
    assertThat(BucketKeys.owner(UploadFixture.IDENTITY)).isEqualTo("marmoset/owners/8dac3d5997d2c721.json");
  }

  @Test
  void findsItsOwnUploadAgain() throws IOException {
    FinalBlock block = fixture.block(0);
    fixture.uploader().upload(block);
    var before = fixture.bucket.objects();
    int operations = fixture.bucket.operations().size();
    assertThat(fixture.uploader().upload(block)).isInstanceOf(Uploaded.class);
    assertThat(fixture.bucket.objects()).containsExactlyEntriesOf(before);
    var again = fixture.bucket.operations().subList(operations, fixture.bucket.operations().size());
    assertThat(again).noneMatch(op -> op.startsWith("put " + block.ulid()));
  }

  @Test
  void putsWhatIsMissingOnly() throws IOException {
    FinalBlock block = fixture.block(0);
    fixture.uploader().upload(block);
    fixture.bucket.remove(BucketKeys.meta(block.ulid()));
    fixture.bucket.remove(BucketKeys.file(block.ulid(), "index"));
    fixture.bucket.place(BucketKeys.file(block.ulid(), "chunks/000002"), new byte[1]);
    int operations = fixture.bucket.operations().size();
    assertThat(fixture.uploader().upload(block)).isInstanceOf(Uploaded.class);
    assertThat(fixture.complete(block)).isTrue();
    assertThat(fixture.bucket.operations().subList(operations, fixture.bucket.operations().size()))
        .filteredOn(op -> op.startsWith("put " + block.ulid())).containsExactly(
            "put " + block.ulid() + "/chunks/000002", "put " + block.ulid() + "/index",
            "put " + block.ulid() + "/meta.json");
  }

  @Test
  void aMetaAloneIsNotTakenForTheBlock() throws IOException {
    FinalBlock block = fixture.block(0);
    fixture.uploader().upload(block);
    fixture.bucket.remove(BucketKeys.file(block.ulid(), "index"));
    assertThat(fixture.uploader().upload(block)).isInstanceOf(Uploaded.class);
    assertThat(fixture.complete(block)).isTrue();
  }

  @Test
  void refusesLabelsOfAnotherVolume() throws IOException {
    fixture.uploader().upload(fixture.block(0));
    FinalBlock foreign = fixture.block(OTHER_VOLUME, 1, 0, 0);
    var before = fixture.bucket.objects();
    assertThat(fixture.uploader().upload(foreign))
        .isInstanceOfSatisfying(Conflict.class, conflict -> {
          assertThat(conflict.scope()).isEqualTo(Scope.LABELS);
          assertThat(conflict.foreign()).hasValue(UploadFixture.VOLUME);
          assertThat(conflict.detail()).contains(UploadFixture.VOLUME.toString(), OTHER_VOLUME.toString(),
              "--upload.adopt-labels");
        });
    assertThat(fixture.bucket.objects().keySet()).isEqualTo(before.keySet());
  }

  @Test
  void adoptsLabelsWhenTold() throws IOException {
    fixture.uploader().upload(fixture.block(0));
    FinalBlock next = fixture.block(OTHER_VOLUME, 1, 0, 0);
    assertThat(fixture.uploader(true).upload(next))
        .isInstanceOf(Uploaded.class);
    assertThat(new String(fixture.bucket.objects().get(BucketKeys.owner(UploadFixture.IDENTITY)), UTF_8))
        .contains(OTHER_VOLUME.toString());
    assertThat(fixture.uploader().upload(fixture.block(2))).isInstanceOf(Conflict.class);
  }

  @Test
  void refusesAWindowPublishedAsAnotherBlock() throws IOException {
    FinalBlock first = fixture.block(UploadFixture.VOLUME, 0, 0, 0);
    FinalBlock forked = fixture.block(UploadFixture.VOLUME, 0, 0, 500);
    fixture.uploader().upload(first);
    assertThat(fixture.uploader().upload(forked)).isInstanceOfSatisfying(Conflict.class, conflict -> {
      assertThat(conflict.scope()).isEqualTo(Scope.WINDOW);
      assertThat(conflict.foreign()).hasValue(first.ulid());
      assertThat(conflict.detail()).contains(first.ulid().toString(), forked.ulid().toString());
    });
    assertThat(fixture.visible()).containsExactly(first.ulid());
  }

  @Test
  void refusesARecordItCannotRead() throws IOException {
    fixture.bucket.place(BucketKeys.owner(UploadFixture.IDENTITY), "{\"volume\": 7".getBytes(UTF_8));
    assertThat(fixture.uploader().upload(fixture.block(0))).isInstanceOfSatisfying(Conflict.class,
        conflict -> assertThat(conflict.detail()).startsWith("somebody else publishes"));
  }

  @Test
  void refusesAnotherMetaUnderItsName() throws IOException {
    FinalBlock block = fixture.block(0);
    fixture.bucket.place(BucketKeys.meta(block.ulid()), "{}".getBytes(UTF_8));
    assertThat(fixture.uploader().upload(block)).isInstanceOfSatisfying(Conflict.class,
        conflict -> assertThat(conflict.detail()).contains("another meta.json"));
    assertThat(fixture.bucket.objects().get(BucketKeys.meta(block.ulid()))).isEqualTo("{}".getBytes(UTF_8));
  }

  @Test
  void refusesToOverlapSomebodyElse() throws IOException {
    Ulid foreign = fixture.compacted(0, 3, List.of(UploadFixture.source(OTHER_VOLUME, 1, 0)));
    FinalBlock block = fixture.block(1);
    assertThat(fixture.uploader().upload(block)).isInstanceOfSatisfying(Conflict.class,
        conflict -> assertThat(conflict.detail()).contains(foreign.toString(), block.ulid().toString()));
    assertThat(fixture.visible()).containsExactly(foreign);
    fixture.bucket.place(BucketKeys.deletionMark(foreign), "{}".getBytes(UTF_8));
    assertThat(fixture.uploader().upload(block)).isInstanceOf(Uploaded.class);
  }

  @Test
  void overlapsItsOwnPatches() throws IOException {
    fixture.uploader().upload(fixture.block(0));
    FinalBlock patch = fixture.block(UploadFixture.VOLUME, 0, 1, 7);
    assertThat(fixture.uploader().upload(patch)).isInstanceOfSatisfying(Uploaded.class,
        up -> assertThat(up.findings().overlaps()).isEmpty());
    assertThat(fixture.visible()).hasSize(2);
  }

  @Test
  void putsNothingThatWasCompactedAway() throws IOException {
    FinalBlock block = fixture.block(1);
    Ulid holder =
        fixture.compacted(0, 3, List.of(block.source(), UploadFixture.source(UploadFixture.VOLUME, 2, 0)));
    assertThat(fixture.uploader().upload(block)).isEqualTo(new UploadOutcome.AlreadyPublished(holder));
    assertThat(fixture.bucket.objects().keySet()).noneMatch(key -> key.startsWith(block.ulid().toString()));
  }

  @Test
  void passesOverBlocksItCannotRead() throws IOException {
    Ulid broken = Ulid.of(UploadFixture.committed(0), 77, 77);
    fixture.bucket.place(BucketKeys.meta(broken), "not json".getBytes(UTF_8));
    fixture.bucket.place(BucketKeys.file(Ulid.of(UploadFixture.committed(0), 78, 78), "index"), new byte[1]);
    assertThat(fixture.uploader().upload(fixture.block(0))).isInstanceOf(Uploaded.class);
  }

  @Test
  void neverShowsADamagedFile() throws IOException {
    FinalBlock whole = fixture.block(0);
    BlockFile index = whole.files().getLast();
    var files = List.of(new BlockFile("index", index.bytes(), UploadFixture.sha256(new byte[0])));
    var damaged = new FinalBlock(whole.identity(), whole.start(), 0,
        new Publication(whole.ulid(), whole.source(), whole.ulid(), whole.publication().meta(), files),
        whole.directory(), whole.committed());
    assertThat(fixture.uploader().upload(damaged)).isInstanceOfSatisfying(UploadOutcome.Retry.class,
        retry -> {
          assertThat(retry.cause()).isEqualTo(Cause.LOCAL_FILE);
          assertThat(retry.detail()).contains("index", "SHA-256");
        });
    assertThat(fixture.visible()).isEmpty();
    assertThat(fixture.bucket.objects()).doesNotContainKey(BucketKeys.file(whole.ulid(), "index"));
  }

  @Test
  void waitsForAFileThatIsNotThere() throws IOException {
    FinalBlock block = fixture.block(0);
    fixture.files.delete(block.directory().resolve("index"));
    assertThat(fixture.uploader().upload(block)).isInstanceOfSatisfying(UploadOutcome.Retry.class,
        retry -> assertThat(retry.cause()).isEqualTo(Cause.LOCAL_FILE));
    assertThat(fixture.visible()).isEmpty();
  }

  @Test
  void startsNoRequestWithoutALease() throws IOException {
    FinalBlock block = fixture.block(0);
    fixture.leaseValid = false;
    assertThat(fixture.uploader().upload(block)).isInstanceOfSatisfying(UploadOutcome.Retry.class,
        retry -> assertThat(retry.cause()).isEqualTo(Cause.LEASE));
    assertThat(fixture.bucket.operations()).isEmpty();
  }

  @Test
  void stopsAtTheRequestAtWhichTheLeaseIsLost() throws IOException {
    FinalBlock block = fixture.block(0);
    for (int n = 0; n < 12; n++) {
      int last = n;
      var one = new UploadFixture();
      one.block(0);
      one.bucket.fault((number, _) -> {
        one.leaseValid = number < last;
        return Effect.NONE;
      });
      assertThat(one.uploader().upload(block)).as("request " + n)
          .isInstanceOfSatisfying(UploadOutcome.Retry.class,
              retry -> assertThat(retry.cause()).isEqualTo(Cause.LEASE));
      assertThat(one.bucket.operations()).hasSize(n + 1);
    }
  }

  @Test
  void tellsEveryMinuteThatItGoesOn() throws IOException {
    FinalBlock block = fixture.block(0);
    var uploader = fixture.uploader();
    fixture.bucket.fault((_, _) -> {
      fixture.clock.pass(31_000);
      return Effect.NONE;
    });
    uploader.upload(block);
    assertThat(fixture.notes).isBetween(fixture.bucket.operations().size() / 2 - 1,
        fixture.bucket.operations().size() / 2);
  }

  @Test
  void worksWithoutConditionalPuts() throws IOException {
    fixture.bucket.withoutConditions();
    FinalBlock block = fixture.block(0);
    assertThat(fixture.uploader().upload(block)).isInstanceOf(Uploaded.class);
    assertThat(fixture.stats.conditionalPuts).hasValue(0);
    assertThat(fixture.uploader().upload(fixture.block(UploadFixture.VOLUME, 0, 0, 500)))
        .isInstanceOf(Conflict.class);
  }

  @Test
  void asksAgainWhenTwoPutAtOnce() throws IOException {
    FinalBlock block = fixture.block(0);
    String key = "put " + BucketKeys.owner(UploadFixture.IDENTITY);
    fixture.bucket.fault((_, operation) -> operation.equals(key) ? Effect.RACED : Effect.NONE);
    assertThat(fixture.uploader().upload(block)).isInstanceOfSatisfying(UploadOutcome.Retry.class,
        retry -> assertThat(retry.cause()).isEqualTo(Cause.RACE));
    fixture.bucket.fault((_, _) -> Effect.NONE);
    assertThat(fixture.uploader().upload(block)).isInstanceOf(Uploaded.class);
  }

  @Test
  void putsFilesInParallel() throws IOException {
    FinalBlock block = fixture.block(0);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var tools = new BlockUploader.Tools(fixture.files, fixture.bucket, fixture.clock,
          new UlidGenerator(fixture.clock, new Random(1)));
      var rules = new BlockUploader.Rules(() -> true, () -> {
      }, false);
      var uploader =
          new BlockUploader(tools, rules, new BlockUploader.Parallelism(3, threads), fixture.stats);
      assertThat(uploader.upload(block)).isInstanceOf(Uploaded.class);
    }
    assertThat(fixture.complete(block)).isTrue();
    assertThat(fixture.bucket.operations()).filteredOn(op -> op.startsWith("put " + block.ulid())).hasSize(4)
        .last().isEqualTo("put " + BucketKeys.meta(block.ulid()));
  }
}
