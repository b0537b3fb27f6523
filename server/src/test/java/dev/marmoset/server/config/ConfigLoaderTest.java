package dev.marmoset.server.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.server.config.LoadedConfig.Origin;
import dev.marmoset.server.config.LoadedConfig.Setting;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.objstore.BucketSettings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  private static final long MIB = 1 << 20;

  @Test
  void everyDefaultIsPinned() {
    assertThat(valid(Map.of(), Map.of()).config()).isEqualTo(new ServerConfig(
        new ServerConfig.Http(new HostPort("0.0.0.0", 10902), Duration.ofSeconds(10), 4096, false),
        new ServerConfig.Grpc(new HostPort("0.0.0.0", 10901), Duration.ofSeconds(10), Duration.ofMinutes(60),
            1024),
        ServerConfig.Doors.OPEN,
        new ServerConfig.Tsdb(Path.of("./data"), Optional.empty(), Duration.ofHours(24),
            Optional.empty(), Optional.empty(), 100_000, 0),
        new ServerConfig.Windows(Duration.ofMinutes(5), Duration.ofDays(15), 0, true, false),
        new ServerConfig.Identity(Labels.EMPTY, "marmoset_replica", Optional.empty()),
        new ServerConfig.Bucket(Optional.empty(), false),
        new ServerConfig.Receive(204, 400, 200,
            new ServerConfig.Sizes((int) (16 * MIB), (int) (64 * MIB), 1_000_000, 256, 1024, 65536, 131072),
            new ServerConfig.Senders(0, 0, 0),
            new ServerConfig.Tenants("THANOS-TENANT", "default-tenant", "")),
        new ServerConfig.Store(0, 0, Duration.ofSeconds(20)),
        new ServerConfig.SelfMonitoring(true, Duration.ofSeconds(15)),
        new ServerConfig.Logging("info", Optional.empty())));
  }

  @Test
  void everySettingIsPinnedByName() {
    assertThat(Flags.names()).containsExactly("config", "config-file", "http-address", "http-grace-period",
        "http.max-connections", "web.enable-lifecycle", "http.config", "web.config.file", "grpc-address",
        "grpc-grace-period",
        "grpc-server-max-connection-age", "grpc.max-connections", "grpc-server-tls-cert",
        "grpc-server-tls-key",
        "grpc-server-tls-client-ca", "grpc-server-tls-min-version", "auth.config", "auth.config-file",
        "tsdb.path",
        "tsdb.scratch-path", "tsdb.out-of-order.time-window", "tsdb.cut-delay", "tsdb.retention",
        "tsdb.max-retention-bytes", "tsdb.retention.unuploaded", "upload.late-samples", "log.commit-interval",
        "memory.limit", "tsdb.max-exemplars", "tsdb.max-series",
        "label", "replica.label", "replica.value", "objstore.config",
        "objstore.config-file", "upload.adopt-labels", "receive.success-status", "receive.reject-status",
        "receive.receipts", "receive.tenant-header", "receive.default-tenant-id", "receive.tenant-label-name",
        "receive.max-body-bytes", "receive.max-decoded-bytes", "receive.max-samples-per-request",
        "receive.max-labels", "receive.max-label-name-bytes", "receive.max-label-value-bytes",
        "receive.max-label-set-bytes", "receive.max-new-series-per-second",
        "receive.sender-max-samples-per-second", "receive.sender-max-new-series",
        "store.limits.request-series",
        "store.limits.request-samples", "store.live-tail", "self-monitoring", "self-monitoring.interval",
        "log.level",
        "log.format");
  }

  @Test
  void flagBeatsEnvironmentBeatsFileBeatsDefault(@TempDir Path directory) throws IOException {
    var file = Files.writeString(directory.resolve("marmoset.yaml"), """
        http-address: "127.0.0.1:1"
        grpc-address: "127.0.0.1:2"
        tsdb:
          path: /from/file
        """);
    var loaded =
        valid(Map.of("http-address", List.of("127.0.0.1:9"), "config-file", List.of(file.toString())),
            Map.of("MARMOSET_HTTP_ADDRESS", "127.0.0.1:8", "MARMOSET_GRPC_ADDRESS", "127.0.0.1:7"));
    assertThat(loaded.config().http().address().port()).isEqualTo(9);
    assertThat(loaded.config().grpc().address().port()).isEqualTo(7);
    assertThat(loaded.config().tsdb().path()).isEqualTo(Path.of("/from/file"));
    var origins = loaded.settings().stream().collect(Collectors.toMap(Setting::name, Setting::origin));
    assertThat(origins).containsEntry("http-address", Origin.FLAG)
        .containsEntry("grpc-address", Origin.ENVIRONMENT)
        .containsEntry("tsdb.path", Origin.FILE).containsEntry("tsdb.scratch-path", Origin.DEFAULT);
  }

  @Test
  void allProblemsAreReportedAtOnce() {
    var problems = problems(
        Map.of("grpc-grace-period", List.of("soon"), "http-address", List.of("nowhere"), "label",
            List.of("a=1", "a=2")),
        Map.of("MARMOSET_LOG_LEVEL", "loud", "MARMOSET_CONFIG", "tsdb: {pth: /x}\nlog.format: xml"),
        "unknown flag --foo");
    assertThat(problems).containsExactly("unknown flag --foo",
        "--config: unknown key tsdb.pth; did you mean tsdb.path?",
        "--http-address: \"nowhere\" has no port; expected host:port, e.g. 0.0.0.0:10902",
        "--grpc-grace-period: \"soon\" is not a duration such as 30s, 2h45m or 15d",
        "--label: the label \"a\" is given twice",
        "MARMOSET_LOG_LEVEL: \"loud\" is none of debug, info, warn, error",
        "key log.format: \"xml\" is none of logfmt, json");
  }

  @Test
  void boundsAreNamed() {
    assertThat(problems(Map.of("tsdb.out-of-order.time-window", List.of("4m"),
        "receive.max-decoded-bytes", List.of("1000KB"), "self-monitoring", List.of("maybe"),
        "receive.max-labels", List.of("0")), Map.of())).containsExactly(
            "--tsdb.out-of-order.time-window: \"4m\" is less than 5m",
            "--receive.max-decoded-bytes: \"1000KB\" is not within 1MiB .. 1GiB",
            "--receive.max-labels: \"0\" is not within 1 .. 10000",
            "--self-monitoring: \"maybe\" is neither true nor false");
  }

  @Test
  void gracePeriodsMustFitIntoTheStopBudget() {
    assertThat(problems(Map.of("http-grace-period", List.of("80s")), Map.of()).getFirst())
        .startsWith(
            "--http-grace-period and --grpc-grace-period are 1m30s together; more than 1m25s does not fit");
  }

  @Test
  void retentionOutlastsTheClosingOfAWindow() {
    assertThat(problems(Map.of(), Map.of("MARMOSET_TSDB_RETENTION", "26h"))).singleElement().asString()
        .startsWith("--tsdb.retention 1d2h is less than 1d3h");
    assertThat(valid(Map.of(), Map.of("MARMOSET_TSDB_RETENTION", "0s")).config().windows().retention())
        .isZero();
  }

  @Test
  void replicaLabelIsNoExternalLabel() {
    assertThat(problems(Map.of("label", List.of("marmoset_replica=a")), Map.of()).getFirst())
        .contains("has the name of the replica label");
    assertThat(problems(Map.of("replica.label", List.of(""), "replica.value", List.of("a")), Map.of()))
        .containsExactly("--replica.value is given, but --replica.label is empty");
  }

  @Test
  void tenantLabelIsNoOtherLabelAndItsDefaultIsATenant() {
    assertThat(problems(Map.of("receive.tenant-label-name", List.of("marmoset_replica"),
        "receive.default-tenant-id", List.of("a/b")), Map.of())).containsExactly(
            "--receive.default-tenant-id: a tenant has no slash, backslash or control character",
            "--receive.tenant-label-name marmoset_replica is the name of the metric, the replica label or an external"
                + " label");
    assertThat(problems(Map.of("receive.tenant-label-name", List.of("a"), "label", List.of("a=1")), Map.of()))
        .hasSize(1);
  }

  @Test
  void aBucketNeedsALabelAndOnePlace() {
    String bucket = "type: FILESYSTEM\nconfig: {directory: /b}";
    assertThat(valid(Map.of("objstore.config", List.of(bucket), "label", List.of("a=b")), Map.of()).config()
        .bucket()).isEqualTo(new ServerConfig.Bucket(
            Optional.of(new BucketSettings.Directory(Path.of("/b"), "")), false));
    assertThat(problems(Map.of("objstore.config", List.of(bucket)), Map.of())).containsExactly(
        "--objstore.config needs at least one --label: Thanos takes no block without external labels");
    assertThat(problems(Map.of("objstore.config", List.of(bucket), "objstore.config-file", List.of("/x")),
        Map.of())).containsExactly(
            "--objstore.config and --objstore.config-file are both given; only one may be");
    assertThat(problems(Map.of("upload.adopt-labels", List.of("true")), Map.of()))
        .containsExactly("--upload.adopt-labels is given, but there is no --objstore.config");
    assertThat(problems(Map.of("objstore.config-file", List.of("/does/not/exist")), Map.of()).getFirst())
        .startsWith("--objstore.config-file: reading /does/not/exist: ");
  }

  @Test
  void theBucketIsNeverShown() {
    var loaded = valid(Map.of("objstore.config",
        List.of("type: S3\nconfig: {bucket: b, endpoint: e, access_key: a, secret_key: hush}"), "label",
        List.of("a=b")), Map.of());
    assertThat(loaded.settings()).noneSatisfy(setting -> assertThat(setting.text()).contains("hush"));
    assertThat(loaded.config().toString()).doesNotContain("hush");
  }

  @Test
  void unknownVariableWarnsWithTheNearestMatch() {
    var loaded =
        valid(Map.of(), Map.of("MARMOSET_TSDB_PAHT", "/x", "MARMOSET_JAVA_OPTS", "-Xmx1g", "HOME", "/"));
    assertThat(loaded.warnings()).containsExactly(
        "environment variable MARMOSET_TSDB_PAHT is not known and has no effect; did you mean MARMOSET_TSDB_PATH?");
  }

  @Test
  void anEmptyVariableIsAValue() {
    assertThat(problems(Map.of(), Map.of("MARMOSET_TSDB_PATH", "")))
        .containsExactly("MARMOSET_TSDB_PATH: the path is empty");
  }

  @Test
  void labelsComeFromEverySource() {
    var expected = Labels.of("region", "eu", "az", "a,b");
    assertThat(labels(Map.of("label", List.of("region=\"eu\"", "az=a,b")), Map.of())).isEqualTo(expected);
    assertThat(labels(Map.of(), Map.of("MARMOSET_LABEL", "region=eu, az=\"a,b\""))).isEqualTo(expected);
    assertThat(labels(Map.of(), Map.of("MARMOSET_CONFIG", "label: [region=eu, 'az=\"a,b\"']")))
        .isEqualTo(expected);
    assertThat(labels(Map.of(), Map.of("MARMOSET_CONFIG", "label:\n  region: eu\n  az: a,b")))
        .isEqualTo(expected);
  }

  @Test
  void inlineConfigurationMayBeEncoded() throws IOException {
    String yaml = "store:\n  limits:\n    request-series: 7\n";
    var packed = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(packed)) {
      gzip.write(yaml.getBytes(UTF_8));
    }
    var encoder = Base64.getMimeEncoder();
    for (String text : List.of(yaml, encoder.encodeToString(yaml.getBytes(UTF_8)),
        encoder.encodeToString(packed.toByteArray()))) {
      assertThat(valid(Map.of(), Map.of("MARMOSET_CONFIG", text)).config().store().requestSeries())
          .isEqualTo(7);
    }
  }

  @Test
  void valuesOfAFileMayNameVariables() {
    var loaded = valid(Map.of("config", List.of("replica.value: ${HOST}-$${x}")), Map.of("HOST", "a$1"));
    assertThat(loaded.config().identity().replicaValue()).contains("a$1-${x}");
    assertThat(problems(Map.of("config", List.of("replica.value: ${NOPE}")), Map.of())).containsExactly(
        "--config: replica.value refers to the environment variable NOPE, which is not set; write $${ for a literal"
            + " ${");
  }

  @Test
  void brokenDocumentsAreNamed() {
    assertThat(problems(Map.of("config", List.of("a: [")), Map.of()).getFirst())
        .startsWith("--config: not valid YAML at line 1");
    assertThat(problems(Map.of("config", List.of("- a: b")), Map.of()))
        .containsExactly("--config: the document is not a mapping of settings to values");
    assertThat(problems(Map.of("config", List.of("log.level: info\nlog.level: warn")), Map.of()).getFirst())
        .contains("duplicate key");
    assertThat(problems(Map.of("config", List.of("log: {level: info}\nlog.level: warn")), Map.of()))
        .containsExactly("--config: log.level is given twice, nested and with dots");
    assertThat(problems(Map.of("config", List.of("log.level: [info]")), Map.of()).getFirst())
        .isEqualTo("--config: log.level needs one value");
    assertThat(problems(Map.of("config-file", List.of("/does/not/exist")), Map.of()).getFirst())
        .startsWith("--config-file: reading /does/not/exist: ");
    assertThat(problems(Map.of("config", List.of("a: b"), "config-file", List.of("/x")), Map.of()))
        .containsExactly("--config and --config-file are both given; only one may be");
  }

  private static Labels labels(Map<String, List<String>> flags, Map<String, String> environment) {
    return valid(flags, environment).config().identity().externalLabels();
  }

  private static LoadedConfig.Valid valid(Map<String, List<String>> flags, Map<String, String> environment) {
    return switch (new ConfigLoader(environment).load(flags, List.of())) {
      case LoadedConfig.Valid valid -> valid;
      case LoadedConfig.Invalid invalid -> throw new AssertionError(invalid.problems());
    };
  }

  private static List<String> problems(Map<String, List<String>> flags, Map<String, String> environment,
      String... faults) {
    return switch (new ConfigLoader(environment).load(flags, List.of(faults))) {
      case LoadedConfig.Valid valid -> throw new AssertionError("valid: " + valid.settings());
      case LoadedConfig.Invalid invalid -> invalid.problems();
    };
  }
}
