package dev.marmoset.server.cli;

import java.nio.file.Path;
import java.util.Optional;

/// How a client command gets through the store's door.
///
/// @param tls        empty: plain text
/// @param credential what is shown
public record ClientAccess(Optional<Tls> tls, Credential credential) {
  /// Plain text and no credential.
  public static final ClientAccess PLAIN = new ClientAccess(Optional.empty(), new Credential.None());

  /// TLS as a client.
  ///
  /// @param ca         PEM file of the authorities that may have signed the server's certificate; empty: those of the
  ///                   JVM
  /// @param pair       what this client shows; empty: nothing
  /// @param serverName name that the server's certificate must have; empty: the host of the address
  public record Tls(Optional<Path> ca, Optional<KeyPair> pair, Optional<String> serverName) {}

  /// A client certificate.
  ///
  /// @param cert PEM file of the certificate and its chain
  /// @param key  PEM file of its key, PKCS #8
  public record KeyPair(Path cert, Path key) {}

  /// What is shown to the store. Secrets stand in files: a command line is visible to everybody on the machine.
  public sealed interface Credential {
    /// Nothing.
    record None() implements Credential {}

    /// A bearer token.
    ///
    /// @param token file that holds it; white space around it is left out
    record Bearer(Path token) implements Credential {}

    /// Name and password.
    ///
    /// @param password file that holds it; a line end behind it is left out
    record Basic(String user, Path password) implements Credential {}
  }
}
