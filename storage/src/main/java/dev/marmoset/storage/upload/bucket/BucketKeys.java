package dev.marmoset.storage.upload.bucket;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.window.register.BucketIdentity;
import java.util.Optional;

/// Keys in a bucket of blocks.
///
/// | key                                    | what                                              |
/// |----------------------------------------|---------------------------------------------------|
/// | `<ULID>/meta.json`                     | describes a block; without it there is none       |
/// | `<ULID>/index`, `<ULID>/chunks/000001` | its data                                          |
/// | `<ULID>/deletion-mark.json`            | Thanos deletes the block after its delay          |
/// | `marmoset/owners/<h>.json`             | which volume publishes under these labels         |
/// | `marmoset/windows/<h>/<start>-<k>.json`| which block a window is published as              |
/// | `marmoset/probe/<ULID>`                | of a moment, while conditional puts are tried     |
///
/// `h` is [BucketIdentity#labelsHash]. Thanos looks only at top-level names that are
/// ULIDs, so it passes over `marmoset/`.
public final class BucketKeys {
  private static final String OWN = "marmoset/";
  private static final String META = "/meta.json";
  private static final String DELETION_MARK = "/deletion-mark.json";

  private BucketKeys() {}

  /// Key of a block's meta.json.
  public static String meta(Ulid block) {
    return block + META;
  }

  /// Key of a file of a block.
  ///
  /// @param path below the block's directory, with `/`
  public static String file(Ulid block, String path) {
    return block + "/" + path;
  }

  /// Begins all keys of a block.
  public static String directory(Ulid block) {
    return block + "/";
  }

  /// Key of the mark that lets Thanos delete a block.
  public static String deletionMark(Ulid block) {
    return block + DELETION_MARK;
  }

  /// Key of the record of who publishes under labels.
  public static String owner(BucketIdentity identity) {
    return OWN + "owners/" + identity.labelsHash() + ".json";
  }

  /// Key of the record of what a window is published as.
  ///
  /// @param start begin of the window, ms
  /// @param k     0 for its first block, the number of a patch otherwise
  public static String window(BucketIdentity identity, long start, int k) {
    return OWN + "windows/" + identity.labelsHash() + "/" + start + "-" + k + ".json";
  }

  /// Key of a try.
  public static String probe(Ulid nonce) {
    return OWN + "probe/" + nonce;
  }

  /// The block a top-level prefix of a listing stands for.
  public static Optional<Ulid> block(String prefix) {
    String name = prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix;
    return Ulid.isUlid(name) ? Optional.of(Ulid.parse(name)) : Optional.empty();
  }
}
