package dev.marmoset.server.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.server.auth.Credential.Kind;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Judges who a request comes from. Thread-safe; may block for up to two seconds while a password is checked.
///
/// One for each listener, because a Prometheus web configuration names users of HTTP only.
public final class Gatekeeper {
  private static final String REALM = "realm=\"marmoset\"";
  private static final String BASIC = "Basic ";
  private static final String BEARER = "Bearer ";

  private final AuthConfig config;
  private final InstantSource clock;
  private final KeyedHash keyedHash;
  private final PasswordCheck passwords;
  private final SigningKeys signingKeys = new SigningKeys();
  private final String challenge;
  private final List<byte[]> tokenHashes = new ArrayList<>();
  private final List<Credential> tokens = new ArrayList<>();

  /// @param config without credentials every door is open
  /// @param random makes the key under which secrets are remembered and compared
  public Gatekeeper(AuthConfig config, InstantSource clock, SecureRandom random) {
    this.config = config;
    this.clock = clock;
    this.keyedHash = KeyedHash.ofProcess(random);
    this.passwords = new PasswordCheck(keyedHash, clock);
    this.challenge = challenge(config.credentials());
    for (Credential credential : config.credentials()) {
      if (credential.proof() instanceof Kind.Bearer(Secret token)) {
        tokenHashes.add(keyedHash.of(token.bytes()));
        tokens.add(credential);
      }
    }
  }

  /// Judges a proof.
  public Verdict judge(Proof proof) {
    if (config.credentials().isEmpty()) {
      return new Verdict.Known(Caller.ANYBODY);
    }
    String authorization = proof.authorization().strip();
    if (authorization.isEmpty()) {
      return withoutSecret(proof);
    }
    if (authorization.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
      return basic(authorization.substring(BASIC.length()).strip());
    }
    if (authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      return bearer(authorization.substring(BEARER.length()).strip());
    }
    if (authorization.startsWith(SignatureV4.SCHEME) && proof.signable().isPresent()) {
      return signed(authorization, proof.signable().get());
    }
    return unknown("scheme", "the authorization has a scheme that is not taken here");
  }

  /// Somebody whose scopes do not suffice: by another name it might.
  ///
  /// @return whether showing a credential could help
  public boolean isUnnamed(Caller caller) {
    return caller.name().isEmpty();
  }

  /// The answer to somebody who shows nothing where something is needed.
  public Verdict.Unknown nothingShown() {
    return unknown("none", "credentials are needed");
  }

  private Verdict withoutSecret(Proof proof) {
    for (Credential credential : config.credentials()) {
      if (credential.proof() instanceof Kind.Certificate(String name)
          && (proof.certificateNames().contains(name)
              || (name.equals("*") && !proof.certificateNames().isEmpty()))) {
        return new Verdict.Known(credential.caller());
      }
    }
    return new Verdict.Known(new Caller("", config.anonymous()));
  }

  private Verdict basic(String encoded) {
    byte[] pair;
    try {
      pair = Base64.getDecoder().decode(encoded.getBytes(ISO_8859_1));
    } catch (IllegalArgumentException _) {
      return unknown("malformed", "the basic credentials are not base64 of name:password");
    }
    int colon = 0;
    while (colon < pair.length && pair[colon] != ':') {
      colon++;
    }
    if (colon == pair.length) {
      return unknown("malformed", "the basic credentials are not base64 of name:password");
    }
    String name = new String(pair, 0, colon, UTF_8);
    byte[] password = Arrays.copyOfRange(pair, colon + 1, pair.length);
    boolean named = false;
    for (Credential credential : config.credentials()) {
      if (credential.name().equals(name) && credential.proof() instanceof Kind.Basic(Secret hash)) {
        named = true;
        switch (passwords.check(password, hash.bytes())) {
          case RIGHT -> {
            return new Verdict.Known(credential.caller());
          }
          case BUSY -> {
            return busy();
          }
          case WRONG -> {
            // Another credential of the same name may have this password.
          }
        }
      }
    }
    if (!named && passwords.check(password, new byte[0]) == PasswordCheck.Result.BUSY) {
      return busy();
    }
    return unknown("secret", "name and password are not known");
  }

  private static Verdict busy() {
    return new Verdict.Busy("too many passwords are being checked; send again");
  }

  private Verdict bearer(String token) {
    byte[] hash = keyedHash.of(token.getBytes(ISO_8859_1));
    Credential found = null;
    for (int i = 0; i < tokens.size(); i++) {
      if (MessageDigest.isEqual(tokenHashes.get(i), hash)) {
        found = tokens.get(i);
      }
    }
    return found == null ? unknown("secret", "the bearer token is not known")
        : new Verdict.Known(found.caller());
  }

  private Verdict signed(String authorization, Proof.Signable request) {
    var signature = SignatureV4.parse(authorization).orElse(null);
    if (signature == null) {
      return unknown("malformed", "the " + SignatureV4.SCHEME
          + " authorization is not Credential=key/day/region/service/aws4_request, SignedHeaders=..., Signature=...");
    }
    var fault = signature.fault(request, clock.instant());
    if (fault.isPresent()) {
      return unknown("signature", fault.get());
    }
    for (Credential credential : config.credentials()) {
      if (credential.proof() instanceof Kind.SigV4 pair && pair.accessKey().equals(signature.accessKey())) {
        return signed(credential, pair, signature, request);
      }
    }
    return unknown("secret", "the access key is not known"
        + (signature.accessKey().startsWith("ASIA") ? "; temporary keys of AWS cannot be verified here"
            : ""));
  }

  private Verdict signed(Credential credential, Kind.SigV4 pair, SignatureV4 signature,
      Proof.Signable request) {
    if (!pair.region().orElse(signature.region()).equals(signature.region())
        || !pair.service().orElse(signature.service()).equals(signature.service())) {
      return unknown("signature",
          "the request was signed for region " + quoted(signature.region()) + " and service "
              + quoted(signature.service()) + ", which this access key is not configured for");
    }
    var caller = credential.caller();
    String declared = SignatureV4.declaredBody(request);
    if (declared.isEmpty()) {
      return new Verdict.KnownByBody(caller,
          body -> signature.isMadeBy(pair.secretKey(), signingKeys, request, body));
    }
    if (!signature.isMadeBy(pair.secretKey(), signingKeys, request, declared)) {
      return mismatch();
    }
    return SignatureV4.leavesBodyFree(declared) ? new Verdict.Known(caller)
        : new Verdict.KnownByBody(caller, body -> MessageDigest.isEqual(body.getBytes(ISO_8859_1),
            declared.getBytes(ISO_8859_1)));
  }

  /// The answer when a body is not the one that was signed.
  public Verdict.Unknown mismatch() {
    return unknown("secret", "the signature does not match the request;"
        + " the secret key differs, or a proxy changed host, path or a signed header");
  }

  private static String quoted(String text) {
    return "\"" + text + "\"";
  }

  private Verdict.Unknown unknown(String reason, String why) {
    return new Verdict.Unknown(reason, why, challenge);
  }

  private static String challenge(List<Credential> credentials) {
    Set<String> challenges = new LinkedHashSet<>();
    for (Credential credential : credentials) {
      Optional<String> scheme = switch (credential.proof()) {
        case Kind.Basic _ -> Optional.of(BASIC + REALM + ", charset=\"UTF-8\"");
        case Kind.Bearer _ -> Optional.of(BEARER + REALM);
        case Kind.SigV4 _ -> Optional.of(SignatureV4.SCHEME + " " + REALM);
        case Kind.Certificate _ -> Optional.empty();
      };
      scheme.ifPresent(challenges::add);
    }
    return challenges.isEmpty() ? BEARER + REALM : String.join(", ", challenges);
  }
}
