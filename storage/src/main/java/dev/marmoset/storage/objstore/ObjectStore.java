package dev.marmoset.storage.objstore;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.OptionalLong;

/// A bucket. Thread-safe.
///
/// Keys are texts with `/` between their parts and none in front. Objects appear whole or not at all, and whoever reads
/// after a put has returned sees it. A key that does not exist is an answer, not an error. Errors of the bucket are
/// [ObjectStoreException]s; nothing is tried again, and no request lasts longer than about five minutes.
public interface ObjectStore extends AutoCloseable {
  /// Most entries of a page of [#list].
  int PAGE = 1000;

  /// What separates the parts of a key.
  String SEPARATOR = "/";

  /// What must hold for a put.
  enum Condition {
    /// Nothing; an object of that key is replaced.
    NONE,
    /// There is no object of that key. A store that knows no conditions may ignore it: ask it once with a probe.
    ABSENT
  }

  /// Asked before each request of a put that takes several.
  interface RequestGate {
    /// Lets every request through.
    RequestGate OPEN = () -> {
    };

    /// @throws RequestDeniedException if no further request may start
    void pass() throws RequestDeniedException;
  }

  /// For people: kind and name of the bucket, with the prefix.
  String name();

  /// Begins to read an object.
  ///
  /// @return its bytes, to be closed by the caller; empty when there is no such object
  Optional<InputStream> read(String key) throws ObjectStoreException;

  /// Reads a small object.
  ///
  /// @throws ObjectStoreException also if it has more than `limit` bytes
  default Optional<byte[]> get(String key, int limit) throws ObjectStoreException {
    Optional<InputStream> opened = read(key);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    try (InputStream in = opened.get()) {
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new ObjectStoreException("get", key, 0, "the object has more than " + limit + " bytes", null);
      }
      return Optional.of(bytes);
    } catch (ObjectStoreException e) {
      throw e;
    } catch (IOException e) {
      throw new ObjectStoreException("get", key, 0, "the answer ended early: " + e.getMessage(), e);
    }
  }

  /// Bytes of an object; empty when there is no such object.
  OptionalLong size(String key) throws ObjectStoreException;

  /// Lists keys in ascending order, a page of at most [#PAGE] entries.
  ObjectPage list(ObjectQuery query) throws ObjectStoreException;

  /// Stores an object.
  ///
  /// @param content read once from its begin to its end; may be read in several pieces, one after the other
  /// @param gate    passed before each request behind the first
  /// @throws ObjectStoreException if the bucket does not take it; then it may be there all the same
  /// @throws RequestDeniedException if the gate is closed; then the object is not there
  /// @throws IOException if the content cannot be read; then the object is not there
  PutOutcome put(String key, ObjectContent content, Condition condition, RequestGate gate) throws IOException;

  /// Stores a small object.
  default PutOutcome put(String key, byte[] content, Condition condition) throws IOException {
    return put(key, ObjectContent.of(content), condition, RequestGate.OPEN);
  }

  /// Removes an object; nothing happens when there is none.
  void delete(String key) throws ObjectStoreException;

  /// Gives connections back. Not while a request runs.
  @Override
  void close();
}
