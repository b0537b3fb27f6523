package dev.marmoset.server.auth;

import dev.marmoset.server.yaml.StrictMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads credentials as written for `--auth.config`; docs/security.md shows the form.
public final class AuthFile {
  private AuthFile() {}

  /// Reads the document.
  ///
  /// @param document its problems go where [StrictMap#parse] was told
  public static AuthConfig read(StrictMap document) {
    var credentials = new ArrayList<Credential>();
    for (StrictMap entry : document.maps("credentials")) {
      credential(entry).ifPresent(credentials::add);
      entry.end();
    }
    var anonymous = scopes(document, "anonymous");
    document.end();
    if (credentials.isEmpty()) {
      document
          .problem("credentials holds none, so nobody could come in; leave the setting away for open doors");
    }
    return new AuthConfig(credentials, anonymous);
  }

  /// Users of a Prometheus web configuration, with all scopes.
  ///
  /// @param document holds `basic_auth_users`
  public static List<Credential> webUsers(StrictMap document) {
    var users = new ArrayList<Credential>();
    document.pairs("basic_auth_users").forEach((name, hash) -> {
      if (PasswordCheck.isHash(hash)) {
        users.add(Credential.basicUser(name, hash));
      } else {
        document.problem("basic_auth_users: " + name + PasswordCheck.NO_HASH);
      }
    });
    return users;
  }

  private static Optional<Credential> credential(StrictMap entry) {
    var name = entry.text("name");
    if (name.isEmpty()) {
      entry.problem("name is missing");
    } else if (name.get().contains(":")) {
      entry.problem("name holds a colon, which ends the name in basic authentication");
    }
    var scopes = scopes(entry, "scopes");
    if (scopes.isEmpty()) {
      entry.problem("scopes is missing; it lists one or more of write, read, admin");
    }
    var kinds = kinds(entry);
    if (kinds.size() != 1) {
      entry.problem("exactly one of basic_hash, bearer, bearer_file, sigv4 and certificate is needed");
      return Optional.empty();
    }
    return name.map(n -> new Credential(n, scopes, kinds.getFirst()));
  }

  private static List<Credential.Kind> kinds(StrictMap entry) {
    var kinds = new ArrayList<Credential.Kind>();
    entry.text("basic_hash").ifPresent(hash -> {
      if (!PasswordCheck.isHash(hash)) {
        entry.problem("basic_hash" + PasswordCheck.NO_HASH);
      }
      kinds.add(new Credential.Kind.Basic(new Secret(hash)));
    });
    secret(entry, "bearer").ifPresent(token -> kinds.add(new Credential.Kind.Bearer(token)));
    entry.map("sigv4").ifPresent(pair -> {
      kinds.add(sigV4(pair));
      pair.end();
    });
    entry.text("certificate").ifPresent(name -> kinds.add(new Credential.Kind.Certificate(name)));
    return kinds;
  }

  private static Credential.Kind.SigV4 sigV4(StrictMap pair) {
    var accessKey = pair.text("access_key");
    var secretKey = secret(pair, "secret_key");
    if (accessKey.isEmpty() || secretKey.isEmpty()) {
      pair.problem("access_key and one of secret_key and secret_key_file are needed");
    }
    return new Credential.Kind.SigV4(accessKey.orElse(""), secretKey.orElseGet(() -> new Secret("")),
        pair.text("region"), pair.text("service"));
  }

  /// A secret written in place or in the file that `<key>_file` names.
  private static Optional<Secret> secret(StrictMap entry, String key) {
    var inPlace = entry.text(key);
    var file = entry.text(key + "_file");
    if (inPlace.isPresent() && file.isPresent()) {
      entry.problem(key + " and " + key + "_file are both given; only one may be");
    }
    return inPlace.or(() -> file.flatMap(path -> content(entry, key, path))).map(Secret::new);
  }

  private static Optional<String> content(StrictMap entry, String key, String path) {
    try {
      var text = Optional.of(Files.readString(Path.of(path)).strip()).filter(t -> !t.isEmpty());
      if (text.isEmpty()) {
        entry.problem(key + "_file: " + path + " is empty");
      }
      return text;
    } catch (IOException | InvalidPathException e) {
      entry.problem(key + "_file: reading " + path + ": " + e);
      return Optional.empty();
    }
  }

  private static Set<Scope> scopes(StrictMap entry, String key) {
    var scopes = EnumSet.noneOf(Scope.class);
    for (String word : entry.texts(key)) {
      Scope.of(word).ifPresentOrElse(scopes::add,
          () -> entry.problem(key + " holds a word that is none of write, read, admin"));
    }
    return scopes;
  }
}
