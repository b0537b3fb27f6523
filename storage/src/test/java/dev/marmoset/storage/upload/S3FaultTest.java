package dev.marmoset.storage.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.marmoset.storage.objstore.FaultyProxy;
import dev.marmoset.storage.objstore.FaultyProxy.Fault;
import dev.marmoset.storage.objstore.ObjectQuery;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStoreException;
import dev.marmoset.storage.objstore.S3ProxyServer;
import dev.marmoset.storage.objstore.S3Settings;
import dev.marmoset.storage.upload.UploadOutcome.Cause;
import dev.marmoset.storage.upload.UploadOutcome.Uploaded;
import dev.marmoset.storage.upload.bucket.BucketKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Uploads to a real S3 server over a line that spoils one request: the attempt ends with a reason, the next one with the
/// whole block, and nothing is shown in between.
@Execution(ExecutionMode.CONCURRENT)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3FaultTest {
  /// Requests of an upload to an empty bucket, at least.
  private static final int REQUESTS = 14;

  private S3ProxyServer server;
  private final AtomicInteger buckets = new AtomicInteger();

  @BeforeAll
  void start() throws Exception {
    server = S3ProxyServer.start();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static S3Settings settings(String bucket, int port) {
    return S3ProxyServer.settings(bucket, port);
  }

  private static S3Settings impatient(String bucket, int port) {
    S3Settings usual = settings(bucket, port);
    return new S3Settings(bucket, "", usual.endpoint(), usual.region(), true, usual.credentials(),
        usual.encryption(), usual.upload(), new S3Settings.Transport(Duration.ofMinutes(2),
            Duration.ofSeconds(2), Duration.ofMinutes(4), List.of(), false));
  }

  private String bucket() throws Exception {
    String name = "fault-" + buckets.getAndIncrement();
    server.create(name);
    return name;
  }

  static Stream<Arguments> spoiledRequests() {
    return Stream.of(Fault.CUT_REQUEST, Fault.LOST_ANSWER, Fault.STATUS_503)
        .flatMap(fault -> IntStream.range(0, REQUESTS).mapToObj(n -> Arguments.of(fault, n)));
  }

  @ParameterizedTest
  @MethodSource("spoiledRequests")
  void theNextAttemptEndsWhatASpoiledOneBegan(Fault fault, int request) throws Exception {
    String bucket = bucket();
    var fixture = new UploadFixture();
    FinalBlock block = fixture.block(0);
    try (var proxy = new FaultyProxy(server.port(), (n, _) -> n == request ? fault : Fault.NONE);
        ObjectStore store = settings(bucket, proxy.port()).open();
        ObjectStore direct = settings(bucket, server.port()).open()) {
      var uploader = fixture.uploaderTo(store);
      UploadOutcome outcome = uploader.upload(block);
      for (int tries = 0; outcome instanceof UploadOutcome.Retry(Cause cause, String detail); tries++) {
        assertThat(cause).as(detail).isIn(Cause.BUCKET, Cause.RACE);
        assertThat(tries).as(detail).isLessThan(3);
        assertThat(direct.size(BucketKeys.meta(block.ulid())).isEmpty() || whole(direct, block)).isTrue();
        outcome = uploader.upload(block);
      }
      assertThat(outcome).isInstanceOf(Uploaded.class);
      assertThat(proxy.requests()).hasSizeGreaterThan(REQUESTS);
      assertThat(whole(direct, block)).isTrue();
    }
  }

  private static boolean whole(ObjectStore store, FinalBlock block) throws IOException {
    boolean whole = true;
    for (var file : block.files()) {
      var content = store.get(BucketKeys.file(block.ulid(), file.path()), 1 << 20);
      whole &= content.isPresent() && UploadFixture.sha256(content.get()).equals(file.sha256());
    }
    return whole;
  }

  @Test
  void aSilentServerIsGivenUp() throws Exception {
    var fixture = new UploadFixture();
    try (var proxy = new FaultyProxy(server.port(), (_, _) -> Fault.SILENCE);
        ObjectStore store = impatient(bucket(), proxy.port()).open()) {
      assertThat(fixture.uploaderTo(store).upload(fixture.block(0))).isInstanceOfSatisfying(
          UploadOutcome.Retry.class, retry -> assertThat(retry.cause()).isEqualTo(Cause.BUCKET));
      assertThat(proxy.requests()).as("the SDK does not try again").hasSize(1);
    }
  }

  @Test
  void aServerThatAnswersConflictForEverIsARace() throws Exception {
    var fixture = new UploadFixture();
    String owner = "/" + BucketKeys.owner(UploadFixture.IDENTITY);
    try (var proxy = new FaultyProxy(server.port(),
        (_, line) -> line.startsWith("PUT") && line.contains(owner) ? Fault.STATUS_409 : Fault.NONE);
        ObjectStore store = settings(bucket(), proxy.port()).open()) {
      assertThat(fixture.uploaderTo(store).upload(fixture.block(0))).isInstanceOfSatisfying(
          UploadOutcome.Retry.class, retry -> assertThat(retry.cause()).isEqualTo(Cause.RACE));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"CUT_HEAD", "CUT_BODY", "LOST_ANSWER"})
  void anAnswerThatBreaksOffIsNotTakenForTheWholeObject(Fault fault) throws Exception {
    String bucket = bucket();
    try (var proxy = new FaultyProxy(server.port(),
        (_, line) -> line.startsWith("GET") ? fault : Fault.NONE);
        ObjectStore store = settings(bucket, proxy.port()).open()) {
      store.put("k", new byte[100_000], ObjectStore.Condition.NONE);
      assertThat(catchThrowable(() -> store.get("k", 1 << 20)))
          .isInstanceOf(ObjectStoreException.class);
    }
  }

  @Test
  void partsWithAnotherTagAreNeverPutTogether() throws Exception {
    String bucket = bucket();
    try (var proxy = new FaultyProxy(server.port(),
        (_, line) -> line.contains("partNumber=2") ? Fault.WRONG_ETAG : Fault.NONE);
        ObjectStore store = settings(bucket, proxy.port()).open()) {
      assertThat(catchThrowable(() -> store.put("large", new byte[11 << 20], ObjectStore.Condition.NONE)))
          .isInstanceOf(ObjectStoreException.class);
      assertThat(proxy.requests()).as("what was begun is given up")
          .anyMatch(line -> line.startsWith("DELETE"));
      assertThat(store.list(ObjectQuery.of("", ObjectQuery.Depth.ALL)).objects()).isEmpty();
    }
  }
}
