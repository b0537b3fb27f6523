package dev.marmoset.storage.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;

/// Creates one file with complete content, or learns that somebody else has: the only arbiter between processes that
/// share a volume. Not thread-safe.
///
/// The content goes to a temporary file, is forced, linked to the target name, and the target's directory is forced.
/// Plain O_EXCL could leave a torn file behind. A link whose reply got lost (NFS retransmits it and reports EEXIST for
/// its own success) is told apart by reading the target back: content equal to ours means that we won, so the content
/// must hold something nobody else writes (an incarnation, a nonce).
///
/// [#attempt] may be repeated after [Result#UNKNOWN], for as long as it takes: the same content is asked for again.
public final class ExclusiveCreate {
  /// What an attempt came to know.
  public enum Result {
    /// The target is ours, complete and durable.
    WON,
    /// The target holds other content, for ever.
    LOST,
    /// Nothing can be concluded; ask again.
    UNKNOWN
  }

  private final FileSystem files;
  private final Path directory;
  private final Path target;
  private final String name;
  private final Path temporaryDirectory;
  private final String temporaryName;
  private final byte[] content;
  private int tries;
  private boolean linkable;
  private Path temporary;
  private IOException lastError = new IOException("no attempt yet");

  /// Prepares an exclusive create; nothing is touched before [#attempt].
  ///
  /// @param target             the name to win; its directory exists
  /// @param temporaryDirectory an existing directory of the same volume that only this process writes to
  /// @param temporaryName      a name in it, unique in this process
  /// @param content            the complete content, not copied
  public ExclusiveCreate(FileSystem files, Path target, Path temporaryDirectory, String temporaryName,
      byte[] content) {
    this.files = files;
    this.directory = Objects.requireNonNull(target.getParent(), "directory of the target");
    this.name = target.getFileName().toString();
    this.target = target;
    this.temporaryDirectory = temporaryDirectory;
    this.temporaryName = temporaryName;
    this.content = content;
    this.temporary = temporaryDirectory.resolve(temporaryName);
  }

  /// Tries to create the target.
  public Result attempt() {
    try {
      return tryOnce();
    } catch (IOException e) {
      lastError = e;
      return Result.UNKNOWN;
    }
  }

  /// Why the last attempt ended in [Result#UNKNOWN].
  public IOException lastError() {
    return lastError;
  }

  private Result tryOnce() throws IOException {
    if (!linkable) {
      writeTemporary();
      linkable = true;
    }
    if (!link() && !targetIsOurs()) {
      removeTemporary();
      return Result.LOST;
    }
    files.forceDirectory(directory);
    removeTemporary();
    return Result.WON;
  }

  /// A new name for each try: what an error left under the old one is unknown.
  private void writeTemporary() throws IOException {
    temporary = temporaryDirectory.resolve(tries == 0 ? temporaryName : temporaryName + "-" + tries);
    tries++;
    try (AppendFile file = files.create(temporary)) {
      file.writeAll(ByteBuffer.wrap(content));
      file.force();
    }
  }

  /// Whether the link certainly came about by this very call.
  private boolean link() throws IOException {
    try {
      files.link(temporary, target);
      return true;
    } catch (FileAlreadyExistsException _) {
      return false;
    } catch (IOException e) {
      return linkedDespite(e);
    }
  }

  /// After an error the link may exist all the same. If it does not, the error stands.
  private boolean linkedDespite(IOException error) throws IOException {
    if (files.list(directory).contains(name)) {
      return false;
    }
    throw error;
  }

  private boolean targetIsOurs() throws IOException {
    try (ReadFile file = files.open(target)) {
      if (file.size() != content.length) {
        return false;
      }
      byte[] found = new byte[content.length];
      int n = file.readUpTo(0, found, 0, found.length);
      return n == found.length && Arrays.equals(found, content);
    }
  }

  /// The temporary name is of no use any more; one that cannot be removed is collected with its directory later.
  private void removeTemporary() {
    try {
      files.delete(temporary);
    } catch (IOException e) {
      lastError = e;
    }
  }
}
