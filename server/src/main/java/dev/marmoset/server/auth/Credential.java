package dev.marmoset.server.auth;

import java.util.Optional;
import java.util.Set;

/// One way to come in. Several may share a name, so that a secret can be changed without a gap.
///
/// @param name   names the sender in counters; the user name of basic authentication
/// @param scopes what it is good for, at least one
/// @param proof  how it is proved
public record Credential(String name, Set<Scope> scopes, Kind proof) {
  /// Copies the set.
  public Credential {
    scopes = Set.copyOf(scopes);
  }

  /// How a credential is proved. None of them shows its secret as text.
  sealed interface Kind {
    /// HTTP basic authentication.
    ///
    /// @param hash bcrypt in the usual notation, checked by [PasswordCheck#isHash]
    record Basic(Secret hash) implements Kind {}

    /// A token in `Authorization: Bearer`.
    record Bearer(Secret token) implements Kind {}

    /// An AWS Signature Version 4.
    ///
    /// @param region  the only one taken; empty: any
    /// @param service the only one taken; empty: any
    record SigV4(String accessKey, Secret secretKey, Optional<String> region, Optional<String> service)
        implements
          Kind {}

    /// A client certificate that the listener has verified.
    ///
    /// @param name common name, or a DNS or URI name of the certificate; `*` for any
    record Certificate(String name) implements Kind {}
  }

  /// A user of basic authentication with all scopes, as in a Prometheus web configuration.
  public static Credential basicUser(String name, String hash) {
    return new Credential(name, Set.of(Scope.values()), new Kind.Basic(new Secret(hash)));
  }

  Caller caller() {
    return new Caller(name, scopes);
  }
}
