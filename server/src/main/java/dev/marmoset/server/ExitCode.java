package dev.marmoset.server;

/// What the process tells its parent by its exit code. Part of the interface; documented in docs/operations.md.
enum ExitCode {
  /// Stopped as asked, or did what was asked.
  CLEAN(0),
  /// The check or the command came to a bad end.
  FAILED(1),
  /// The configuration or the command line is wrong.
  BAD_CONFIGURATION(2),
  /// The JVM ran out of memory; the JVM itself exits with this number.
  OUT_OF_MEMORY(3),
  /// The data directory cannot be used.
  DATA_PATH_UNUSABLE(4),
  /// An address cannot be listened on.
  ADDRESS_IN_USE(5),
  /// The log's lease is lost: another replica has sealed it.
  LEASE_LOST(6),
  /// Stopped as asked, but a step ran out of time. Nothing acknowledged is lost.
  STOP_INCOMPLETE(7);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  /// The number.
  int number() {
    return number;
  }
}
