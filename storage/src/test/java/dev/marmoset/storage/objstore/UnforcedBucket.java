package dev.marmoset.storage.objstore;

import dev.marmoset.storage.io.UnforcedFileSystem;
import java.nio.file.Path;

/// A directory as a bucket whose files are never forced, for simulations of many days.
public final class UnforcedBucket {
  private UnforcedBucket() {}

  /// @param directory made when something is put
  public static ObjectStore open(Path directory) {
    return new FileObjectStore(new UnforcedFileSystem(), directory, ObjectStore.PAGE);
  }
}
