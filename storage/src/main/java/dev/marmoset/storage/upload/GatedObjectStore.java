package dev.marmoset.storage.upload;

import dev.marmoset.storage.objstore.ObjectContent;
import dev.marmoset.storage.objstore.ObjectPage;
import dev.marmoset.storage.objstore.ObjectQuery;
import dev.marmoset.storage.objstore.ObjectStore;
import dev.marmoset.storage.objstore.ObjectStoreException;
import dev.marmoset.storage.objstore.PutOutcome;
import dev.marmoset.storage.objstore.RequestDeniedException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/// A bucket to which no request starts before a gate was passed: the lease is looked at before each of them, and the
/// claim is kept alive.
final class GatedObjectStore implements ObjectStore {
  private final ObjectStore store;
  private final RequestGate gate;

  GatedObjectStore(ObjectStore store, RequestGate gate) {
    this.store = store;
    this.gate = gate;
  }

  /// The closed gate as an error of the bucket, where the seam knows no other: the answer is the same, later.
  private void pass(String operation, String key) throws ObjectStoreException {
    try {
      gate.pass();
    } catch (RequestDeniedException e) {
      throw new ObjectStoreException(operation, key, 0, String.valueOf(e.getMessage()), e);
    }
  }

  @Override
  public String name() {
    return store.name();
  }

  @Override
  public Optional<InputStream> read(String key) throws ObjectStoreException {
    pass("get", key);
    return store.read(key);
  }

  @Override
  public OptionalLong size(String key) throws ObjectStoreException {
    pass("head", key);
    return store.size(key);
  }

  @Override
  public ObjectPage list(ObjectQuery query) throws ObjectStoreException {
    pass("list", query.prefix());
    return store.list(query);
  }

  @Override
  public PutOutcome put(String key, ObjectContent content, Condition condition, RequestGate inner)
      throws IOException {
    gate.pass();
    return store.put(key, content, condition, () -> {
      gate.pass();
      inner.pass();
    });
  }

  @Override
  public void delete(String key) throws ObjectStoreException {
    pass("delete", key);
    store.delete(key);
  }

  @Override
  public void close() {
    store.close();
  }
}
