package dev.marmoset.storage.upload;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStore.Condition;
import dev.marmoset.storage.objstore.ObjectStoreException;
import dev.marmoset.storage.objstore.PutOutcome;
import dev.marmoset.storage.upload.bucket.BucketKeys;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether a bucket keeps "only if absent". Asked by trying: some S3-compatible stores ignore the header, some refuse it.
enum ConditionalPuts {
  /// The second put of a key is refused.
  KEPT,
  /// The second put of a key replaces the first.
  IGNORED,
  /// The request itself is refused.
  REFUSED;

  private static final int BAD_REQUEST = 400;
  private static final int NOT_IMPLEMENTED = 501;
  private static final Logger LOG = LoggerFactory.getLogger(ConditionalPuts.class);

  /// Tries.
  ///
  /// @param nonce names a key that nobody else uses
  /// @throws ObjectStoreException if the bucket does not answer
  static ConditionalPuts probe(ObjectStore store, Ulid nonce) throws IOException {
    String key = BucketKeys.probe(nonce);
    byte[] content = "Marmoset tries conditional puts\n".getBytes(UTF_8);
    try {
      PutOutcome first = store.put(key, content, Condition.ABSENT);
      PutOutcome second = store.put(key, content, Condition.ABSENT);
      if (first == PutOutcome.RACED) {
        throw new ObjectStoreException("put", key, 0, "409 for a key that nobody else uses", null);
      }
      remove(store, key);
      return second == PutOutcome.STORED ? IGNORED : KEPT;
    } catch (ObjectStoreException e) {
      if (e.status() == NOT_IMPLEMENTED || e.status() == BAD_REQUEST) {
        return REFUSED;
      }
      throw e;
    }
  }

  private static void remove(ObjectStore store, String key) {
    try {
      store.delete(key);
    } catch (ObjectStoreException e) {
      LOG.atWarn().addKeyValue("key", key).addKeyValue("err", e.getMessage())
          .log("an object of 32 bytes stays in the bucket");
    }
  }

  /// The condition to send.
  Condition condition() {
    return this == KEPT ? Condition.ABSENT : Condition.NONE;
  }
}
