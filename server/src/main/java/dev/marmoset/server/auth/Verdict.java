package dev.marmoset.server.auth;

/// What a [Gatekeeper] makes of a proof.
public sealed interface Verdict {
  /// The caller is known, or nobody has to be.
  record Known(Caller caller) implements Verdict {}

  /// The caller is known if the body is the one that was signed.
  record KnownByBody(Caller caller, BodyCheck check) implements Verdict {}

  /// The proof proves nothing.
  ///
  /// @param reason    a word for counters
  /// @param why       for the caller; without any secret
  /// @param challenge value of `WWW-Authenticate`
  record Unknown(String reason, String why, String challenge) implements Verdict {}

  /// Too many passwords are being checked; the same request may succeed later.
  record Busy(String why) implements Verdict {}

  /// The rest of a signature's verification.
  @FunctionalInterface
  interface BodyCheck {
    /// Whether a body is the one that was signed.
    ///
    /// @param sha256 of the complete body, lower-case hex
    boolean accepts(String sha256);
  }
}
