package dev.marmoset.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.bench.HttpConnection.Credential;
import dev.marmoset.bench.Paired.Variant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The same server with the front door open, with every limit, and behind each kind of credential.
final class Gates {
  /// Flags of every server: no window is cut into a block while it is measured.
  static final List<String> WORDS =
      List.of("-XX:+UseSerialGC", "-Xmx256m", "--", "--tsdb.cut-delay=4h", "--no-self-monitoring");
  /// The limits that are off by default, too high to refuse anything.
  private static final List<String> LIMITS = List.of("--receive.max-new-series-per-second=100000000",
      "--receive.sender-max-samples-per-second=1000000000", "--receive.sender-max-new-series=1000000000");
  /// Of the password `bench`, cost 10.
  private static final String HASH = "$2a$10$9f2xYSSE61PABUbfPvBTSeofl1kdCe1OjY.SiMaA6WBn6AzVNZOAS";

  private static final String SIGNED = "host;x-amz-content-sha256;x-amz-date";
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final HexFormat HEX = HexFormat.of();

  private Gates() {}

  /// The open door first.
  ///
  /// @param directory takes the files of credentials
  static List<Variant> variants(Path jar, Path directory) throws IOException {
    var basic = Base64.getEncoder().encodeToString("b:bench".getBytes(UTF_8));
    return List.of(new Variant("open", jar, WORDS, Credential.NONE),
        new Variant("limits", jar, and(LIMITS), Credential.NONE),
        new Variant("limits, bearer", jar, locked(directory, "bearer: bench"),
            (_, _) -> "Authorization: Bearer bench\r\n"),
        new Variant("limits, basic", jar, locked(directory, "basic_hash: " + HASH),
            (_, _) -> "Authorization: Basic " + basic + "\r\n"),
        new Variant("limits, sigv4",
            jar, locked(directory, "sigv4: {access_key: AKIABENCH, secret_key: secret}"), Gates::sign));
  }

  private static List<String> and(List<String> more) {
    var all = new ArrayList<>(WORDS);
    all.addAll(more);
    return all;
  }

  private static List<String> locked(Path directory, String proof) throws IOException {
    Path file = Files.createTempFile(directory, "auth", ".yaml");
    Files.writeString(file, "credentials:\n  - {name: b, scopes: [write], " + proof + "}\n");
    var all = and(LIMITS);
    all.add("--auth.config-file=" + file);
    return all;
  }

  /// A signature over host, date and the body's hash, as the AWS SDK makes it.
  private static String sign(byte[] body, int length) {
    try {
      String date = STAMP.format(Instant.now());
      String day = date.substring(0, 8);
      var sha = MessageDigest.getInstance("SHA-256");
      sha.update(body, 0, length);
      String hash = HEX.formatHex(sha.digest());
      String canonical = "POST\n" + Peer.MARMOSET.path() + "\n\nhost:127.0.0.1\nx-amz-content-sha256:" + hash
          + "\nx-amz-date:" + date + "\n\n" + SIGNED + "\n" + hash;
      String scope = day + "/eu-west-1/aps/aws4_request";
      String toSign = "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n"
          + HEX.formatHex(sha.digest(canonical.getBytes(UTF_8)));
      byte[] key = "AWS4secret".getBytes(UTF_8);
      for (String step : List.of(day, "eu-west-1", "aps", "aws4_request", toSign)) {
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        key = mac.doFinal(step.getBytes(UTF_8));
      }
      return "x-amz-date: " + date + "\r\nx-amz-content-sha256: " + hash
          + "\r\nAuthorization: AWS4-HMAC-SHA256 Credential=AKIABENCH/" + scope + ", SignedHeaders=" + SIGNED
          + ", Signature=" + HEX.formatHex(key) + "\r\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
