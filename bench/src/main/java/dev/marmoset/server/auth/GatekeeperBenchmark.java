package dev.marmoset.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.server.auth.Credential.Kind;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What does it cost to know who sends a request of 2,000 samples in 1.0, 41.6 kB? With SigV4 the hash of its body is in
/// it.
@State(org.openjdk.jmh.annotations.Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class GatekeeperBenchmark {
  private static final int BODY_BYTES = 41_600;
  /// Bytes that the listener hands over at a time.
  private static final int PIECE = 8192;
  private static final String SIGNED = "host;x-amz-content-sha256;x-amz-date";
  /// Of the password `bench`, cost 10.
  private static final String HASH = "$2a$10$9f2xYSSE61PABUbfPvBTSeofl1kdCe1OjY.SiMaA6WBn6AzVNZOAS";
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

  /// How the sender proves itself.
  @Param({"bearer", "basic", "sigv4"})
  private String kind;

  private final byte[] body = new byte[BODY_BYTES];
  private final MessageDigest digest = sha256();
  private final Gatekeeper gatekeeper = new Gatekeeper(new AuthConfig(
      List.of(new Credential("t", Set.of(Scope.WRITE), new Kind.Bearer(new Secret("bench"))),
          Credential.basicUser("u", HASH),
          new Credential("s", Set.of(Scope.WRITE),
              new Kind.SigV4("AKIABENCH", new Secret("secret"), Optional.empty(), Optional.empty()))),
      Set.of()), InstantSource.system(), new SecureRandom());
  private Proof proof = new Proof("", Optional.empty(), Set.of());

  private record Head(Map<String, String> values) implements Proof.Signable {
    @Override
    public String method() {
      return "POST";
    }

    @Override
    public String rawPath() {
      return "/api/v1/write";
    }

    @Override
    public String rawQuery() {
      return "";
    }

    @Override
    public List<String> headers(String name) {
      return values.containsKey(name) ? List.of(values.get(name)) : List.of();
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Setup
  public void prove() {
    new Random(1).nextBytes(body);
    String authorization = switch (kind) {
      case "bearer" -> "Bearer bench";
      case "basic" -> "Basic " + Base64.getEncoder().encodeToString("u:bench".getBytes(UTF_8));
      default -> "";
    };
    String date = STAMP.format(Instant.now());
    var head = new Head(Map.of("host", "127.0.0.1", "x-amz-date", date, "x-amz-content-sha256", hash()));
    proof = new Proof(authorization.isEmpty() ? signature(head, date) : authorization, Optional.of(head),
        Set.of());
  }

  private String signature(Head head, String date) {
    String day = date.substring(0, 8);
    var scope = List.of(day, "eu-west-1", "aps", "aws4_request");
    String request = new SignatureV4("AKIABENCH", day, "eu-west-1", "aps", List.of(SIGNED.split(";")), "")
        .canonicalRequest(head, head.headers("x-amz-content-sha256").getFirst());
    String toSign = "AWS4-HMAC-SHA256\n" + date + "\n" + String.join("/", scope) + "\n"
        + HexFormat.of().formatHex(digest.digest(request.getBytes(UTF_8)));
    byte[] made = new SigningKeys().of(new Secret("secret"), scope).of(toSign.getBytes(UTF_8));
    return "AWS4-HMAC-SHA256 Credential=AKIABENCH/" + String.join("/", scope) + ", SignedHeaders=" + SIGNED
        + ", Signature=" + HexFormat.of().formatHex(made);
  }

  /// In the pieces in which the listener hands a body over.
  private String hash() {
    for (int at = 0; at < body.length; at += PIECE) {
      digest.update(body, at, Math.min(PIECE, body.length - at));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /// Judges one request; what is not let in ends the bench.
  @Benchmark
  public Verdict judge() {
    Verdict verdict = gatekeeper.judge(proof);
    boolean in = switch (verdict) {
      case Verdict.Known _ -> true;
      case Verdict.KnownByBody byBody -> byBody.check().accepts(hash());
      case Verdict.Unknown _,Verdict.Busy _ -> false;
    };
    if (!in) {
      throw new IllegalStateException(kind + " was refused: " + verdict);
    }
    return verdict;
  }
}
