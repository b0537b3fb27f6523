package dev.marmoset.server.cli;

import dev.marmoset.server.cli.ClientAccess.Credential;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The flags of client commands that get through a locked door. Those of TLS have the names that thanos-query gives them.
final class ClientFlags {
  /// Switches TLS on; every other flag of TLS does so too.
  static final String SECURE = "grpc-client-tls-secure";
  private static final String CA = "grpc-client-tls-ca";
  private static final String CERT = "grpc-client-tls-cert";
  private static final String KEY = "grpc-client-tls-key";
  private static final String SERVER_NAME = "grpc-client-server-name";
  private static final String BEARER = "bearer-token-file";
  private static final String USER = "basic-auth-user";
  private static final String PASSWORD = "basic-auth-password-file";
  /// The flags that have a value.
  static final List<String> WITH_VALUE = List.of(CA, CERT, KEY, SERVER_NAME, BEARER, USER, PASSWORD);

  private final Map<String, List<String>> texts;
  private final List<String> faults;

  /// @param texts  of the given flags by name
  /// @param faults receives what is wrong
  ClientFlags(Map<String, List<String>> texts, List<String> faults) {
    this.texts = texts;
    this.faults = faults;
  }

  /// What the flags say; means nothing after a fault.
  ClientAccess access() {
    return new ClientAccess(tls(), credential());
  }

  private Optional<ClientAccess.Tls> tls() {
    var ca = path(CA);
    var cert = path(CERT);
    var key = path(KEY);
    var name = text(SERVER_NAME);
    if (cert.isPresent() != key.isPresent()) {
      faults.add("--" + CERT + " and --" + KEY + " belong together; only one is given");
    }
    boolean implied = ca.isPresent() || cert.isPresent() || key.isPresent() || name.isPresent();
    if (!secure(implied)) {
      return Optional.empty();
    }
    return Optional.of(
        new ClientAccess.Tls(ca, cert.flatMap(c -> key.map(k -> new ClientAccess.KeyPair(c, k))), name));
  }

  private boolean secure(boolean implied) {
    String given = text(SECURE).orElse(Boolean.toString(implied));
    if (!given.equals("true") && !given.equals("false")) {
      faults.add("--" + SECURE + ": \"" + given + "\" is neither true nor false");
    } else if (given.equals("false") && implied) {
      faults.add("--" + SECURE + "=false contradicts the other flags of TLS");
    }
    return given.equals("true");
  }

  private Credential credential() {
    var token = path(BEARER);
    var user = text(USER);
    var password = path(PASSWORD);
    if (user.isPresent() != password.isPresent()) {
      faults.add("--" + USER + " and --" + PASSWORD + " belong together; only one is given");
    }
    if (token.isPresent() && user.isPresent()) {
      faults.add("--" + BEARER + " and --" + USER + " are both given; only one may be");
    }
    if (token.isPresent()) {
      return new Credential.Bearer(token.get());
    }
    return user.isPresent() && password.isPresent() ? new Credential.Basic(user.get(), password.get())
        : new Credential.None();
  }

  private Optional<String> text(String flag) {
    return Optional.ofNullable(texts.get(flag)).map(List::getLast);
  }

  private Optional<Path> path(String flag) {
    try {
      return text(flag).map(Path::of);
    } catch (InvalidPathException e) {
      faults.add("--" + flag + ": \"" + e.getInput() + "\" is not a path: " + e.getReason());
      return Optional.empty();
    }
  }
}
