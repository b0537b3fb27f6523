package dev.marmoset.storage.objstore;

import java.io.IOException;
import java.nio.file.Path;

/// Which bucket, and how to reach it. Immutable.
public sealed interface BucketSettings permits BucketSettings.Directory, S3Settings {
  /// Put in front of every key, with a separator behind it unless it is empty.
  String prefix();

  /// Opens the bucket. Sends no request.
  ///
  /// @throws IOException if what the settings name cannot be used, such as a file of certificates
  default ObjectStore open() throws IOException {
    ObjectStore whole = switch (this) {
      case Directory(Path path, String _) -> new FileObjectStore(path);
      case S3Settings s3 -> S3ObjectStore.connect(s3);
    };
    return prefix().isEmpty() ? whole : new PrefixedObjectStore(whole, prefix());
  }

  /// A directory as a bucket, for tests and single machines.
  ///
  /// @param path   made when something is put
  /// @param prefix see [#prefix]
  record Directory(Path path, String prefix) implements BucketSettings {}
}
