package dev.marmoset.server.auth;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.identity.spi.AwsCredentialsIdentity;

/// Against the answers that AWS publishes and against the signer of its SDK.
class SignatureV4Test {
  private static final Secret EXAMPLE_KEY = new Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY");
  private static final Instant NOW = Instant.parse("2026-11-21T17:00:00Z");

  /// A request head as a fake wire delivers it.
  record Head(String method, String rawPath, String rawQuery,
      Map<String, String> values) implements Proof.Signable {
    @Override
    public List<String> headers(String name) {
      String value = values.get(name);
      return value == null ? List.of() : List.of(value);
    }
  }

  record Answer(String name, Head head, String service, String signedHeaders, String signature) {}

  /// AWS's Signature Version 4 test suite and the example of the IAM documentation: access key AKIDEXAMPLE,
  /// 2015-08-30T12:36:00Z, us-east-1, empty body.
  static Stream<Answer> published() {
    var plain = Map.of("host", "example.amazonaws.com", "x-amz-date", "20150830T123600Z");
    return Stream.of(
        new Answer("get-vanilla", new Head("GET", "/", "", plain), "service", "host;x-amz-date",
            "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        new Answer("post-vanilla", new Head("POST", "/", "", plain), "service", "host;x-amz-date",
            "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        new Answer("get-vanilla-query-order-key-case",
            new Head("GET", "/", "Param2=value2&Param1=value1", plain),
            "service", "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
        new Answer("list-users",
            new Head("GET", "/", "Action=ListUsers&Version=2010-05-08",
                Map.of("host", "iam.amazonaws.com", "x-amz-date", "20150830T123600Z", "content-type",
                    "application/x-www-form-urlencoded; charset=utf-8")),
            "iam", "content-type;host;x-amz-date",
            "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"));
  }

  private final SigningKeys keys = new SigningKeys();

  @ParameterizedTest
  @MethodSource("published")
  void publishedAnswersAreReproduced(Answer answer) {
    var signature = SignatureV4
        .parse("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" + answer.service()
            + "/aws4_request, SignedHeaders=" + answer.signedHeaders() + ", Signature=" + answer.signature())
        .orElseThrow();
    assertThat(signature.isMadeBy(EXAMPLE_KEY, keys, answer.head(), SignatureV4.EMPTY_BODY)).isTrue();
    assertThat(signature.isMadeBy(new Secret("another"), keys, answer.head(), SignatureV4.EMPTY_BODY))
        .isFalse();
    assertThat(signature.isMadeBy(EXAMPLE_KEY, keys, answer.head(), "00")).isFalse();
    assertThat(signature.fault(answer.head(), Instant.parse("2015-08-30T12:50:59Z"))).isEmpty();
    assertThat(signature.fault(answer.head(), Instant.parse("2015-08-30T12:51:01Z")).orElseThrow())
        .contains("20150830T123600Z", "20150830T125101Z", "15 min");
    assertThat(signature.fault(answer.head(), Instant.parse("2015-08-30T12:20:59Z"))).isPresent();
  }

  @ParameterizedTest
  @CsvSource({"/api/v1/write, true", "/api/v1/write, false", "/workspaces/ws-1/api/v1/remote_write, true",
    "/workspaces/a%20b/api/v1/remote_write, true", "/api/v1/write?b=2&a=1%2F&a=0, true",
    "/api/v1/write/, true"})
  void whatTheSdkSignsIsTaken(String target, boolean signedBody) throws Exception {
    byte[] body = "a body".getBytes(UTF_8);
    var head = signedBySdk(target, body, signedBody, NOW);
    var signature = SignatureV4.parse(head.headers("authorization").getFirst()).orElseThrow();
    assertThat(signature.fault(head, NOW.plus(Duration.ofMinutes(14)))).isEmpty();
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    String declared = SignatureV4.declaredBody(head);
    assertThat(declared).isEqualTo(signedBody ? hash : "UNSIGNED-PAYLOAD");
    assertThat(signature.isMadeBy(EXAMPLE_KEY, keys, head, declared)).isTrue();
    assertThat(signature.isMadeBy(new Secret("x"), keys, head, declared)).isFalse();
    var elsewhere = new Head("POST", head.rawPath() + "x", head.rawQuery(), head.values());
    assertThat(signature.isMadeBy(EXAMPLE_KEY, keys, elsewhere, declared)).isFalse();
  }

  @Test
  void noKeyIsTakenForAnotherHoweverManyThereAre() {
    for (int i = 0; i < 200; i++) {
      for (String secret : List.of("a", "b")) {
        var scope = List.of("20261121", "region-" + i, "aps", "aws4_request");
        byte[] made = keys.of(new Secret(secret), scope).of(new byte[] {1});
        assertThat(new SigningKeys().of(new Secret(secret), scope).of(new byte[] {1})).isEqualTo(made);
        assertThat(keys.of(new Secret(secret + "x"), scope).of(new byte[] {1})).isNotEqualTo(made);
      }
    }
  }

  @Test
  void aSignatureMustCoverHostAndDate() {
    var head = new Head("POST", "/", "", Map.of("host", "a", "x-amz-date", "20261121T170000Z"));
    assertThat(signature("host").fault(head, NOW).orElseThrow()).contains("x-amz-date");
    assertThat(signature("x-amz-date").fault(head, NOW).orElseThrow()).contains("host");
    assertThat(signature("host;x-amz-date").fault(head, NOW)).isEmpty();
    assertThat(signature("host;x-amz-date").fault(head, NOW.plus(Duration.ofDays(1)))).isPresent();
  }

  @Test
  void otherFormsAreNoSignatures() {
    assertThat(SignatureV4.parse("AWS4-HMAC-SHA256 Credential=a/b")).isEmpty();
    assertThat(SignatureV4.parse("AWS4-HMAC-SHA256 " + "x".repeat(100_000))).isEmpty();
    assertThat(SignatureV4.parse(
        "AWS4-HMAC-SHA256 Credential=A/20261121/r/s/aws4_request,SignedHeaders=host,Signature="
            + "0".repeat(64)))
        .isPresent();
  }

  private static SignatureV4 signature(String signedHeaders) {
    return new SignatureV4("A", "20261121", "r", "s", List.of(signedHeaders.split(";")), "0".repeat(64));
  }

  private static Head signedBySdk(String target, byte[] body, boolean signedBody, Instant now) {
    var uri = URI.create("https://store.example:10902" + target);
    var request = SdkHttpRequest.builder().method(SdkHttpMethod.POST).uri(uri)
        .putHeader("Content-Type", "application/x-protobuf").putHeader("Content-Encoding", "snappy").build();
    var signed = AwsV4HttpSigner.create().sign(r -> r
        .identity(AwsCredentialsIdentity.create("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"))
        .request(request).payload(ContentStreamProvider.fromByteArray(body))
        .putProperty(AwsV4FamilyHttpSigner.SERVICE_SIGNING_NAME, "aps")
        .putProperty(AwsV4HttpSigner.REGION_NAME, "eu-west-1")
        .putProperty(AwsV4FamilyHttpSigner.PAYLOAD_SIGNING_ENABLED, signedBody)
        .putProperty(HttpSigner.SIGNING_CLOCK, Clock.fixed(now, ZoneOffset.UTC))).request();
    var headers = new HashMap<String, String>();
    signed.forEachHeader((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
    headers.put("host", "store.example:10902");
    String query = uri.getRawQuery();
    return new Head("POST", uri.getRawPath(), query == null ? "" : query, headers);
  }
}
