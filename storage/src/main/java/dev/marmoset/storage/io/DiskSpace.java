package dev.marmoset.storage.io;

/// Space of the volume that holds a directory.
///
/// @param usable bytes this process may still write
/// @param total  bytes of the volume
public record DiskSpace(long usable, long total) {
  /// Whether less than `percent` of the volume is usable.
  public boolean isBelow(int percent) {
    return (double) usable * 100 < (double) total * percent;
  }
}
