package dev.marmoset.storage.objstore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.storage.objstore.ObjectStore.Condition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The client's paths against a real S3 server.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3ObjectStoreTest implements ObjectStoreContract {
  private S3ProxyServer server;
  private final List<ObjectStore> opened = new ArrayList<>();
  private int buckets;

  @BeforeAll
  void start() throws Exception {
    server = S3ProxyServer.start();
  }

  @AfterEach
  void disconnect() {
    opened.forEach(ObjectStore::close);
    opened.clear();
  }

  @AfterAll
  void stop() {
    server.close();
  }

  @Override
  public ObjectStore store() throws IOException {
    return open(settings());
  }

  private S3Settings settings() throws IOException {
    String bucket = "bucket-" + buckets++;
    try {
      server.create(bucket);
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
    return S3ProxyServer.settings(bucket, server.port());
  }

  private ObjectStore open(S3Settings settings) throws IOException {
    ObjectStore store = new S3ObjectStore(S3Connection.open(settings), settings, PAGE);
    store = settings.prefix().isEmpty() ? store : new PrefixedObjectStore(store, settings.prefix());
    opened.add(store);
    return store;
  }

  @Test
  void worksWithChecksumsToo() throws IOException {
    S3Settings plain = settings();
    var upload =
        new S3Settings.Upload(plain.upload().partBytes(), true, true, Optional.empty(), Map.of("by", "us"));
    ObjectStore store = open(new S3Settings(plain.bucket(), "pre/fix", plain.endpoint(), plain.region(), true,
        plain.credentials(), plain.encryption(), upload, plain.transport()));
    byte[] large = new byte[6 << 20];
    assertThat(store.put("x", large, Condition.ABSENT)).isEqualTo(PutOutcome.STORED);
    assertThat(store.get("x", large.length)).hasValue(large);
    assertThat(open(plain).size("pre/fix/x")).hasValue(large.length);
  }

  @Test
  void saysThatTheBucketIsMissing() throws IOException {
    ObjectStore store = open(S3ProxyServer.settings("no-such-bucket", server.port()));
    assertThatThrownBy(() -> store.get("k", 10)).isInstanceOf(ObjectStoreException.class)
        .hasMessageStartingWith("get of \"k\" in the bucket: status 404, ");
  }

  @Test
  void saysThatTheKeyIsWrong() throws IOException {
    S3Settings right = settings();
    ObjectStore store =
        open(new S3Settings(right.bucket(), "", right.endpoint(), right.region(), true,
            new S3Settings.Credentials.Fixed(S3ProxyServer.ACCESS_KEY, "wrong", Optional.empty()),
            right.encryption(), right.upload(), right.transport()));
    assertThatThrownBy(() -> store.put("k", new byte[1], Condition.NONE))
        .isInstanceOfSatisfying(ObjectStoreException.class, e -> {
          assertThat(e.status()).isEqualTo(403);
          assertThat(e.getMessage()).doesNotContain("wrong");
        });
  }

  @Test
  void stopsBetweenPartsWhenTheGateCloses() throws IOException {
    ObjectStore store = store();
    var passed = new int[1];
    assertThatThrownBy(() -> store.put("large", ObjectContent.of(new byte[16 << 20]), Condition.NONE, () -> {
      if (++passed[0] > 2) {
        throw new RequestDeniedException("the test says so");
      }
    })).isInstanceOf(RequestDeniedException.class);
    assertThat(passed[0]).isEqualTo(3);
    assertThat(store.size("large")).isEmpty();
  }

  @Test
  void showsNoSecret() throws IOException {
    assertThat(settings().toString()).contains("test-key").doesNotContain("test-secret");
    assertThat(new S3Settings.Encryption.CustomerKey("00".repeat(32)).toString()).doesNotContain("0000");
  }
}
