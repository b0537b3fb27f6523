package dev.marmoset.server;

/// Why a running server stops.
enum StopReason {
  /// SIGTERM or SIGINT.
  SIGNAL,
  /// Somebody asked for `/-/quit`.
  QUIT,
  /// The lease of the log is lost; another replica has sealed it.
  LEASE_LOST
}
