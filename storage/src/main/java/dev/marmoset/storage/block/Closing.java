package dev.marmoset.storage.block;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Closes several things, whatever one of them says.
final class Closing {
  private Closing() {}

  /// Closes all and throws the first error with the others attached.
  static void all(List<? extends Closeable> open) throws IOException {
    @Nullable IOException first = null;
    for (Closeable one : open) {
      try {
        one.close();
      } catch (IOException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
