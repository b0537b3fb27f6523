package dev.marmoset.server.objstore;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.objstore.BucketSettings;
import dev.marmoset.storage.objstore.S3Settings;
import dev.marmoset.storage.objstore.S3Settings.Credentials;
import dev.marmoset.storage.objstore.S3Settings.Encryption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ObjstoreFileTest {
  private static final String BARE = "type: S3\nconfig: {bucket: b, endpoint: s3.eu-central-1.amazonaws.com}";
  /// Everything Thanos' documentation lists, with its defaults.
  private static final String DOCUMENTED = """
      type: S3
      config:
        bucket: "b"
        endpoint: "minio:9000"
        region: ""
        disable_dualstack: false
        aws_sdk_auth: false
        access_key: ""
        insecure: false
        signature_version2: false
        secret_key: ""
        session_token: ""
        put_user_metadata: {}
        http_config:
          idle_conn_timeout: 1m30s
          response_header_timeout: 2m
          insecure_skip_verify: false
          tls_handshake_timeout: 10s
          expect_continue_timeout: 1s
          max_idle_conns: 100
          max_idle_conns_per_host: 100
          max_conns_per_host: 0
          tls_config:
            ca_file: ""
            cert_file: ""
            key_file: ""
            server_name: ""
            insecure_skip_verify: false
          disable_compression: false
        trace:
          enable: false
        list_objects_version: ""
        bucket_lookup_type: auto
        send_content_md5: true
        disable_multipart: false
        part_size: 67108864
        sse_config:
          type: ""
          kms_key_id: ""
          kms_encryption_context: {}
          encryption_key: ""
        sts_endpoint: ""
        max_retries: 0
      prefix: ""
      """;

  private final List<String> problems = new ArrayList<>();

  private S3Settings s3(String text, Map<String, String> environment) {
    var settings = ObjstoreFile.read("it", text, environment, problems);
    assertThat(problems).isEmpty();
    return (S3Settings) settings.orElseThrow();
  }

  private List<String> problems(String text) {
    assertThat(ObjstoreFile.read("it", text, Map.of(), problems)).isEmpty();
    return problems;
  }

  private static String with(String... lines) {
    return "type: S3\nconfig:\n  bucket: b\n  endpoint: e\n  " + String.join("\n  ", lines);
  }

  @Test
  void everyDefaultIsPinned() {
    assertThat(s3(BARE, Map.of())).isEqualTo(new S3Settings("b", "",
        new S3Settings.Endpoint(Optional.of("s3.eu-central-1.amazonaws.com"), false), "eu-central-1", false,
        new Credentials.Environment(), new Encryption.BucketDefault(),
        new S3Settings.Upload(64 << 20, true, true, Optional.empty(), Map.of()),
        new S3Settings.Transport(Duration.ofSeconds(10), Duration.ofMinutes(2), Duration.ofMinutes(5),
            List.of(),
            false)));
  }

  @Test
  void everythingThanosDocumentsIsUnderstood() {
    S3Settings settings = s3(DOCUMENTED, Map.of());
    assertThat(settings.pathStyle()).isTrue();
    assertThat(settings.upload().checksums()).isTrue();
    assertThat(settings.credentials()).isEqualTo(new Credentials.Environment());
    assertThat(settings.region()).isEqualTo("us-east-1");
  }

  @Test
  void everySettingCounts() {
    S3Settings settings = s3("""
        type: s3
        prefix: team/a
        config:
          bucket: b
          endpoint: minio:9000
          region: mars
          insecure: true
          access_key: $(KEY)
          secret_key: $(SECRET)
          session_token: token
          bucket_lookup_type: virtual-hosted
          put_user_metadata: {X-Amz-Storage-Class: STANDARD_IA, team: a}
          send_content_md5: false
          disable_multipart: true
          part_size: 5242880
          sse_config: {type: SSE-KMS, kms_key_id: k, kms_encryption_context: {a: b}}
          http_config: {response_header_timeout: 30s, tls_handshake_timeout: 3s, insecure_skip_verify: true,
            tls_config: {ca_file: /ca.pem}}
        """, Map.of("KEY", "ak", "SECRET", "s$k"));
    assertThat(settings).isEqualTo(new S3Settings("b", "team/a",
        new S3Settings.Endpoint(Optional.of("minio:9000"), true), "mars", false,
        new Credentials.Fixed("ak", "s$k", Optional.of("token")), new Encryption.Kms("k", Map.of("a", "b")),
        new S3Settings.Upload(5 << 20, false, false, Optional.of("STANDARD_IA"), Map.of("team", "a")),
        new S3Settings.Transport(Duration.ofSeconds(3), Duration.ofSeconds(30), Duration.ofMinutes(5),
            List.of(Path.of("/ca.pem")), true)));
  }

  @Test
  void aDirectoryIsABucketToo() {
    assertThat(
        ObjstoreFile.read("it", "type: FILESYSTEM\nprefix: p\nconfig: {directory: /b}", Map.of(), problems))
        .contains(new BucketSettings.Directory(Path.of("/b"), "p"));
  }

  @Test
  void theDocumentMayBeEncoded() {
    assertThat(s3(Base64.getEncoder().encodeToString(BARE.getBytes(UTF_8)), Map.of()).bucket())
        .isEqualTo("b");
  }

  @ParameterizedTest
  @CsvSource({"s3.eu-central-1.amazonaws.com,,eu-central-1,false",
    "s3-us-west-2.amazonaws.com,,us-west-2,false",
    "s3.dualstack.ap-south-1.amazonaws.com,,ap-south-1,false",
    "s3.cn-north-1.amazonaws.com.cn,,cn-north-1,false",
    "s3.amazonaws.com,,us-east-1,false", "s3.amazonaws.com,eu-west-3,eu-west-3,false",
    "storage.example:9000,,us-east-1,true", "storage.example:9000,eu-west-3,eu-west-3,true"})
  void regionAndStyleFollowFromTheEndpoint(String endpoint, String variable, String region,
      boolean pathStyle) {
    Map<String, String> environment = variable == null ? Map.of() : Map.of("AWS_REGION", variable);
    S3Settings settings = s3("type: S3\nconfig: {bucket: b, endpoint: '" + endpoint + "'}", environment);
    assertThat(settings.region()).isEqualTo(region);
    assertThat(settings.pathStyle()).isEqualTo(pathStyle);
    assertThat(settings.upload().checksums()).isEqualTo(!pathStyle);
  }

  @Test
  void unknownKeysAreNamed() {
    assertThat(problems(
        "type: S3\nconfg: {}\nconfig: {bucket: b, endpoint: e, buckett: c, http_config: {proxy: x}}"))
        .hasSize(3)
        .anySatisfy(problem -> assertThat(problem).startsWith("it: unknown key confg; known here: "))
        .anySatisfy(problem -> assertThat(problem).startsWith("it: config: unknown key buckett"))
        .anySatisfy(problem -> assertThat(problem).startsWith("it: config: http_config: unknown key proxy"));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      signature_version2: true | signature_version2 is not supported except as false: AWS has switched it off
      list_objects_version: v1 | list_objects_version is not supported except as v2: only version 2 is spoken
      sts_endpoint: x | sts_endpoint is not supported: credentials come from the environment or stand here
      max_retries: 3 | max_retries is not supported except as 0: uploads are tried again by their own loop
      trace: {enable: true} | enable is not supported except as false: requests are not traced
      http_config: {max_idle_conns: 7} | max_idle_conns is not supported except as 100
      http_config: {tls_config: {cert_file: x}} | cert_file is not supported: the client shows no certificate
      http_config: {response_header_timeout: 10m} | response_header_timeout needs a duration such as 10s or 1m30s
      access_key: x | access_key and secret_key go together
      session_token: x | session_token goes with access_key
      part_size: 1024 | part_size needs a number of bytes between 5242880 and 5368709120
      bucket_lookup_type: auto2 | bucket_lookup_type is none of auto, virtual-hosted, path
      insecure: maybe | insecure is neither true nor false
      sse_config: {type: SSE-X} | type is none of SSE-S3, SSE-KMS, SSE-C
      sse_config: {type: SSE-KMS} | kms_key_id is missing
      region: $(NOPE) | region refers to the environment variable NOPE, which is not set; write $$( for a literal $(
      """)
  void whatCannotBeFollowedIsSaid(String line, String expected) {
    assertThat(problems(with(line))).singleElement().asString().startsWith("it: config: ").contains(expected);
  }

  @Test
  void whatIsMissingIsSaid() {
    assertThat(problems("type: S3\nconfig: {region: ''}")).containsExactly("it: config: bucket is missing",
        "it: config: endpoint is missing; region alone would do for AWS");
    problems.clear();
    assertThat(problems("config: {bucket: b}")).containsExactly("it: type is missing; S3 or FILESYSTEM");
    problems.clear();
    assertThat(problems("type: GCS\nconfig: {bucket: b}"))
        .containsExactly("it: type GCS is not supported; S3 and FILESYSTEM are");
    problems.clear();
    assertThat(problems("type: S3\nprefix: /x\nconfig: {bucket: b, endpoint: 'https://e'}"))
        .contains("it: prefix needs no / around it and nothing empty or .. inside",
            "it: config: endpoint needs a host, with a port if it is not the usual one: no scheme, no path");
  }

  @Test
  void problemsShowNoSecret() {
    assertThat(
        problems(with("secret_key: hush", "session_token: hush", "sse_config: {type: hush}", "x: hush")))
        .isNotEmpty().noneSatisfy(problem -> assertThat(problem).contains("hush"));
  }

  @Test
  void aCustomersKeyIsReadFromItsFile(@TempDir Path directory) throws IOException {
    Path key = Files.write(directory.resolve("key"), new byte[32]);
    S3Settings settings = s3(with("sse_config: {type: SSE-C, encryption_key: " + key + "}"), Map.of());
    assertThat(settings.encryption()).isEqualTo(new Encryption.CustomerKey("00".repeat(32)));
    Files.write(key, new byte[31]);
    assertThat(problems(with("sse_config: {type: SSE-C, encryption_key: " + key + "}")))
        .containsExactly("it: config: sse_config: encryption_key: " + key + " has 31 bytes; the key has 32");
    Files.write(key, new byte[32]);
    problems.clear();
    assertThat(problems(with("insecure: true", "sse_config: {type: SSE-C, encryption_key: " + key + "}")))
        .containsExactly(
            "it: config: sse_config of type SSE-C sends its key along and needs TLS; insecure is true");
  }
}
