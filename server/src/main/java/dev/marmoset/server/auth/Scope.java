package dev.marmoset.server.auth;

import java.util.Locale;
import java.util.Optional;

/// What a credential is good for.
public enum Scope {
  /// Sending samples.
  WRITE,
  /// Reading samples, metrics and status pages.
  READ,
  /// Metrics, status pages, and stopping the process; no samples.
  ADMIN;

  /// The word in configuration files and error texts.
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Scope> of(String word) {
    for (Scope scope : values()) {
      if (scope.word().equals(word)) {
        return Optional.of(scope);
      }
    }
    return Optional.empty();
  }
}
