package dev.marmoset.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.marmoset.server.yaml.StrictMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GatekeeperTest {
  @Test
  void withoutCredentialsEverybodyMayDoEverything() {
    assertThat(gatekeeper(AuthConfig.OPEN).judge(proof("Bearer whatever")))
        .isEqualTo(new Verdict.Known(Caller.ANYBODY));
  }

  @ParameterizedTest
  @ValueSource(strings = {"2a", "2b", "2y"})
  void everyNotationOfBcryptIsTaken(String version) {
    String hash = hash("pässword").replaceFirst("2a", version);
    var gatekeeper = gatekeeper(new AuthConfig(List.of(Credential.basicUser("ann", hash)), Set.of()));
    for (int i = 0; i < 2; i++) {
      assertThat(gatekeeper.judge(basic("ann", "pässword")))
          .isInstanceOfSatisfying(Verdict.Known.class,
              known -> assertThat(known.caller().name()).isEqualTo("ann"));
      assertThat(gatekeeper.judge(basic("ann", "password"))).isInstanceOf(Verdict.Unknown.class);
      assertThat(gatekeeper.judge(basic("bob", "pässword"))).isInstanceOf(Verdict.Unknown.class);
      assertThat(gatekeeper.judge(basic("ann", ""))).isInstanceOf(Verdict.Unknown.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic", "Basic !!", "Basic YW5u", "Digest x", "Bearer", "Bearer x",
    "AWS4-HMAC-SHA256 x"})
  void whatProvesNothingIsUnknownAndNeverRepeated(String authorization) {
    var gatekeeper = gatekeeper(AuthFile.read(parsed("""
        credentials:
          - {name: q, scopes: read, bearer: topsecret}
        """, new ArrayList<>())));
    assertThat(gatekeeper.judge(proof(authorization))).isInstanceOfSatisfying(Verdict.Unknown.class,
        unknown -> assertThat(unknown.challenge()).isEqualTo("Bearer realm=\"marmoset\""));
  }

  @Test
  void twoCredentialsOfOneNameAllowAChangeWithoutAGap() {
    var gatekeeper = gatekeeper(AuthFile.read(parsed("""
        credentials:
          - {name: q, scopes: read, bearer: old}
          - {name: q, scopes: [read, admin], bearer: new}
        anonymous: []
        """, new ArrayList<>())));
    assertThat(gatekeeper.judge(proof("bearer old")))
        .isEqualTo(new Verdict.Known(new Caller("q", Set.of(Scope.READ))));
    assertThat(gatekeeper.judge(proof("Bearer new")))
        .isEqualTo(new Verdict.Known(new Caller("q", Set.of(Scope.READ, Scope.ADMIN))));
  }

  @Test
  void aVerifiedCertificateNamesItsCaller() {
    var gatekeeper = gatekeeper(AuthFile.read(parsed("""
        credentials:
          - {name: query, scopes: read, certificate: thanos-query}
        """, new ArrayList<>())));
    assertThat(gatekeeper.judge(new Proof("", Optional.empty(), Set.of("thanos-query"))))
        .isEqualTo(new Verdict.Known(new Caller("query", Set.of(Scope.READ))));
    assertThat(gatekeeper.judge(new Proof("", Optional.empty(), Set.of("other"))))
        .isEqualTo(new Verdict.Known(new Caller("", Set.of())));
  }

  @Test
  void aFloodOfWrongPasswordsLeavesKnownOnesAlone() throws Exception {
    String slow = BCrypt.withDefaults().hashToString(12, "right".toCharArray());
    var gatekeeper = gatekeeper(new AuthConfig(List.of(Credential.basicUser("ann", slow)), Set.of()));
    assertThat(gatekeeper.judge(basic("ann", "right"))).isInstanceOf(Verdict.Known.class);
    // Platform threads: on one core, virtual ones would be checked one after the other, and none would find it busy.
    try (var threads = Executors.newCachedThreadPool()) {
      var flood = new ArrayList<CompletableFuture<Verdict>>();
      for (int i = 0; i < 200; i++) {
        String wrong = "wrong" + i;
        flood.add(CompletableFuture.supplyAsync(() -> gatekeeper.judge(basic("ann", wrong)), threads));
      }
      long[] nanos = new long[100];
      for (int i = 0; i < nanos.length; i++) {
        long begin = System.nanoTime();
        assertThat(gatekeeper.judge(basic("ann", "right"))).isInstanceOf(Verdict.Known.class);
        nanos[i] = System.nanoTime() - begin;
      }
      Arrays.sort(nanos);
      // A hash takes 150 ms and more. The median, because the machine may stall.
      assertThat(nanos[nanos.length / 2]).isLessThan(20_000_000L);
      var verdicts = flood.stream().map(CompletableFuture::join).toList();
      assertThat(verdicts).hasAtLeastOneElementOfType(Verdict.Busy.class)
          .doesNotHaveAnyElementsOfTypes(Verdict.Known.class);
    }
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', quoteCharacter = '`', value = {
    "credentials: []|holds none",
    "users: []|unknown key users; known here: anonymous, credentials",
    "credentials: [{name: a, scopes: write}]|exactly one of",
    "credentials: [{name: a, scopes: write, bearer: s3cret, certificate: b}]|exactly one of",
    "credentials: [{name: a, bearer: s3cret}]|scopes is missing",
    "credentials: [{scopes: write, bearer: s3cret}]|name is missing",
    "credentials: [{name: a, scopes: s3cret, bearer: s3cret}]|none of write, read, admin",
    "credentials: [{name: a, scopes: read, basic_hash: s3cret}]|basic_hash is not a bcrypt hash",
    "credentials: [{name: a, scopes: read, bearer: s3cret, tokn: s3cret}]|unknown key tokn",
    "credentials: [{name: a, scopes: read, sigv4: {access_key: A}}]|secret_key",
    "credentials: [{name: a, scopes: read, bearer_file: /nowhere}]|reading /nowhere",
    "credentials: [{name: a, scopes: read, bearer: '${NOWHERE}'}]|NOWHERE, which is not set",
    "credentials: [{name: a, scopes: read, bearer: [s3cret]}]|bearer needs one text",
    "credentials: {a: s3cret}|needs a list",
    "credentials: [s3cret|not valid YAML at line 1"})
  void whatIsWrongIsSaidWithoutTheSecret(String yaml, String said) {
    var problems = new ArrayList<String>();
    StrictMap.parse("--auth.config", yaml, Map.of(), problems).ifPresent(AuthFile::read);
    assertThat(problems).anySatisfy(problem -> assertThat(problem).startsWith("--auth.config").contains(said))
        .noneSatisfy(problem -> assertThat(problem).contains("s3cret"));
  }

  @Test
  void secretsComeFromFilesAndVariablesAndAreNeverPrinted(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("token"), "from-file\n");
    var problems = new ArrayList<String>();
    var config = AuthFile.read(StrictMap.parse("x", """
        credentials:
          - {name: a, scopes: read, bearer: "${TOKEN}"}
          - {name: b, scopes: read, bearer_file: %s}
          - {name: c, scopes: write, sigv4: {access_key: AK, secret_key: in-place}}
        """.formatted(file), Map.of("TOKEN", "from-env"), problems).orElseThrow());
    assertThat(problems).isEmpty();
    assertThat(config.toString()).contains("<secret>", "AK").doesNotContain("from-file", "from-env",
        "in-place");
    assertThat(gatekeeper(config).judge(proof("Bearer from-env"))).isInstanceOf(Verdict.Known.class);
    assertThat(gatekeeper(config).judge(proof("Bearer from-file"))).isInstanceOf(Verdict.Known.class);
  }

  private static StrictMap parsed(String yaml, List<String> problems) {
    return StrictMap.parse("test", yaml, Map.of(), problems).orElseThrow();
  }

  private static Gatekeeper gatekeeper(AuthConfig config) {
    return new Gatekeeper(config, InstantSource.system(), new SecureRandom());
  }

  private static String hash(String password) {
    return BCrypt.withDefaults().hashToString(4, password.toCharArray());
  }

  private static Proof basic(String name, String password) {
    return proof("Basic " + Base64.getEncoder().encodeToString((name + ":" + password).getBytes(UTF_8)));
  }

  private static Proof proof(String authorization) {
    return new Proof(authorization, Optional.empty(), Set.of());
  }
}
