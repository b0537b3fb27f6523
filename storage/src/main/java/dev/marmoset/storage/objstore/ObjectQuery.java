package dev.marmoset.storage.objstore;

/// Which keys of a bucket to list, and from which page on.
///
/// @param prefix begins every key of the answer; empty for all
/// @param depth  how deep
/// @param after  only keys behind this one; empty for all
/// @param token  of the page before, as its answer gave it; empty for the first page
public record ObjectQuery(String prefix, Depth depth, String after, String token) {
  /// How a listing treats what lies deeper.
  public enum Depth {
    /// Keys behind a further separator are one entry, a prefix that ends with it.
    ONE_LEVEL,
    /// Every key.
    ALL
  }

  /// The first page of everything below a prefix.
  public static ObjectQuery of(String prefix, Depth depth) {
    return new ObjectQuery(prefix, depth, "", "");
  }

  /// The same for keys behind one.
  public ObjectQuery after(String key) {
    return new ObjectQuery(prefix, depth, key, token);
  }

  /// The same from a later page on.
  ObjectQuery from(String nextToken) {
    return new ObjectQuery(prefix, depth, after, nextToken);
  }
}
