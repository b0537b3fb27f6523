package dev.marmoset.storage.log;

import dev.marmoset.storage.io.DiskSpace;
import dev.marmoset.storage.io.FileSystem;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Stops writes below 5 % of free space and lets them go on above 7 %. Checked by the log thread; [#full] may be asked
/// by any.
final class FreeSpace {
  private static final Logger LOG = LoggerFactory.getLogger(FreeSpace.class);

  private static final int STOP_BELOW_PERCENT = 5;
  private static final int RESUME_ABOVE_PERCENT = 7;

  private final FileSystem files;
  private final Path directory;
  private volatile boolean full;

  FreeSpace(FileSystem files, Path directory) {
    this.files = files;
    this.directory = directory;
  }

  boolean full() {
    return full;
  }

  /// Looks anew. A volume that does not answer is no reason to change anything: its writes will tell.
  void check() {
    try {
      update(files.space(directory));
    } catch (IOException e) {
      LOG.warn("asking for the free space of {}: {}", directory, e.toString());
    }
  }

  private void update(DiskSpace space) {
    boolean was = full;
    full = space.isBelow(was ? RESUME_ABOVE_PERCENT : STOP_BELOW_PERCENT);
    if (full != was) {
      LOG.warn("{}: {} of {} bytes are free: writes {}", directory, space.usable(), space.total(),
          full ? "stop" : "go on");
    }
  }

  /// Why writes are refused while it is full.
  String refusal() {
    return "the volume of " + directory + " has less than " + RESUME_ABOVE_PERCENT + " % of free space";
  }
}
