package dev.marmoset.storage.objstore;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/// The part of a bucket whose keys begin with a prefix. Callers never see the prefix, except in errors.
final class PrefixedObjectStore implements ObjectStore {
  private final ObjectStore whole;
  private final String prefix;

  /// @param prefix without separators around it
  PrefixedObjectStore(ObjectStore whole, String prefix) {
    this.whole = whole;
    this.prefix = prefix + SEPARATOR;
  }

  @Override
  public String name() {
    return whole.name() + SEPARATOR + prefix.substring(0, prefix.length() - 1);
  }

  @Override
  public Optional<InputStream> read(String key) throws ObjectStoreException {
    return whole.read(prefix + key);
  }

  @Override
  public OptionalLong size(String key) throws ObjectStoreException {
    return whole.size(prefix + key);
  }

  @Override
  public ObjectPage list(ObjectQuery query) throws ObjectStoreException {
    ObjectPage page = whole.list(new ObjectQuery(prefix + query.prefix(), query.depth(),
        query.after().isEmpty() ? "" : prefix + query.after(), query.token()));
    return new ObjectPage(
        page.objects().stream().map(object -> new ObjectInfo(without(object.key()), object.bytes())).toList(),
        page.prefixes().stream().map(this::without).toList(),
        page.next().map(next -> query.from(next.token())));
  }

  private String without(String key) {
    return key.substring(prefix.length());
  }

  @Override
  public PutOutcome put(String key, ObjectContent content, Condition condition, RequestGate gate)
      throws IOException {
    return whole.put(prefix + key, content, condition, gate);
  }

  @Override
  public void delete(String key) throws ObjectStoreException {
    whole.delete(prefix + key);
  }

  @Override
  public void close() {
    whole.close();
  }
}
