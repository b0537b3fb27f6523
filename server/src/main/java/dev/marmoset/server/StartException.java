package dev.marmoset.server;

/// The server cannot start. The message says what was being done and what may help; it is shown without a stack trace.
final class StartException extends Exception {
  private static final long serialVersionUID = 1;

  private final ExitCode exitCode;

  StartException(ExitCode exitCode, String message, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /// How the process ends because of it.
  ExitCode exitCode() {
    return exitCode;
  }
}
