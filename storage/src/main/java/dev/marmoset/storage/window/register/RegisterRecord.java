package dev.marmoset.storage.window.register;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.read.CoveredPositions;
import java.util.List;
import java.util.Optional;

/// One entry of a window's register. Which of them count is decided by [WindowState].
public sealed interface RegisterRecord {
  /// Who wrote the record, where and when.
  Stamp stamp();

  /// Place in the register, from 1.
  default long number() {
    return stamp().number();
  }

  /// The incarnation that wrote the record.
  default Ulid author() {
    return stamp().author();
  }

  /// What every record carries.
  ///
  /// @param number     place in the register, from 1; also the file's name
  /// @param author     incarnation that wrote it
  /// @param nonce      makes the content unlike any other, so that an author recognises its own record
  /// @param wallMillis wall clock of the author, ms; for people and for names in the bucket, never for decisions
  record Stamp(long number, Ulid author, long nonce, long wallMillis) {}

  /// A file as it lies in the directory of a block.
  ///
  /// @param path   below the block's directory, with `/`
  /// @param bytes  size
  /// @param sha256 lower-case hex
  record BlockFile(String path, long bytes, String sha256) {}

  /// Which part of the logs a block holds: at least all samples of the window in (from, to] of each log.
  ///
  /// @param from exclusive
  /// @param to   inclusive
  record Span(CoveredPositions from, CoveredPositions to) {}

  /// What a claimant intends.
  enum Purpose {
    /// Memory becomes one more part.
    PART("part"),
    /// The window becomes its one block, policy `wait`.
    FINAL("final"),
    /// The window gets its first block or another one beside it, policy `patch`.
    PATCH("patch");

    private final String text;

    Purpose(String text) {
      this.text = text;
    }

    /// The word in the file.
    String text() {
      return text;
    }
  }

  /// Announces a piece of work, so that nobody else does it too. Every CLAIM supersedes the one before it.
  ///
  /// @param purpose what is intended
  /// @param closing nobody who starts from now on may accept samples before the window's end
  /// @param planned name the new block will have
  record Claim(Stamp stamp, Purpose purpose, boolean closing, Ulid planned) implements RegisterRecord {}

  /// A part of the window lies complete and durable in the directory of blocks.
  ///
  /// @param block name of the block
  /// @param files its files
  /// @param span  what it holds
  record Part(Stamp stamp, Ulid block, List<BlockFile> files, Span span) implements RegisterRecord {
    /// Copies the files.
    public Part {
      files = List.copyOf(files);
    }
  }

  /// Which of a window's blocks in the bucket it is.
  enum Kind {
    /// The only one.
    FINAL("final"),
    /// The first one of policy `patch`.
    FIRST("first"),
    /// One of late samples, beside the first.
    PATCH("patch");

    private final String text;

    Kind(String text) {
      this.text = text;
    }

    /// The word in the file.
    String text() {
      return text;
    }
  }

  /// Place of a COMMIT among those of its window.
  ///
  /// @param kind    which of the blocks
  /// @param k       0 for FINAL and FIRST, then counting the patches
  /// @param closing nothing follows
  record Edition(Kind kind, int k, boolean closing) {
    /// The only block of a window.
    public static final Edition FINAL = new Edition(Kind.FINAL, 0, true);
    /// The first block of policy `patch`.
    public static final Edition FIRST = new Edition(Kind.FIRST, 0, false);

    /// Checks that the members fit each other.
    public Edition {
      boolean fits = switch (kind) {
        case FINAL -> k == 0 && closing;
        case FIRST -> k == 0 && !closing;
        case PATCH -> k > 0;
      };
      if (!fits) {
        throw new IllegalArgumentException(
            "a COMMIT of kind " + kind + " with k " + k + " and closing " + closing + " is none");
      }
    }

    /// The patch with this number, from 1.
    public static Edition patch(int k, boolean closing) {
      return new Edition(Kind.PATCH, k, closing);
    }
  }

  /// A block as the bucket will hold it, decided before the first byte of it is put there.
  ///
  /// @param bucket    its name in the bucket
  /// @param source    its one entry in `compaction.sources`
  /// @param directory its name in the directory of blocks, which may be another one: a part becomes the final block
  /// @param meta      the bucket's meta.json, to the byte
  /// @param files     the files of the local directory, without meta.json
  record Publication(Ulid bucket, Ulid source, Ulid directory, String meta, List<BlockFile> files) {
    /// Copies the files.
    public Publication {
      files = List.copyOf(files);
    }
  }

  /// Fixes one block of the window for ever.
  ///
  /// @param edition     which one it is
  /// @param publication the block; absent when there are no samples
  /// @param replaced    parts that nobody needs any more; never the directory of the publication
  /// @param span        what it holds, those before it in the register included
  record Commit(Stamp stamp, Edition edition, Optional<Publication> publication, List<Ulid> replaced,
      Span span)
      implements
        RegisterRecord {
    /// Copies the parts.
    public Commit {
      replaced = List.copyOf(replaced);
    }
  }

  /// An object as the bucket listed it.
  ///
  /// @param path  below the block's directory, with `/`
  /// @param bytes size
  record ListedFile(String path, long bytes) {}

  /// The block is in the bucket, complete.
  ///
  /// @param bucket  its name there
  /// @param listing what a listing showed; empty when the block had been compacted already
  record Uploaded(Stamp stamp, Ulid bucket, List<ListedFile> listing) implements RegisterRecord {
    /// Copies the listing.
    public Uploaded {
      listing = List.copyOf(listing);
    }
  }

  /// The bucket holds something that forbids uploading.
  ///
  /// @param foreign the block or the volume found there
  /// @param found   what was found, in words
  record Conflict(Stamp stamp, Ulid foreign, String found) implements RegisterRecord {}

  /// Blocks that are no longer served from the volume.
  ///
  /// @param blocks names in the directory of blocks
  record Retired(Stamp stamp, List<Ulid> blocks) implements RegisterRecord {
    /// Copies the names.
    public Retired {
      blocks = List.copyOf(blocks);
    }
  }
}
