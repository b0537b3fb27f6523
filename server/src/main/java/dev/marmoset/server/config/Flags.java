package dev.marmoset.server.config;

import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The table of all settings, in the order of help and documentation.
///
/// Names and defaults are those of Prometheus and Thanos where the meaning is the same. Every flag here does
/// something; one that is planned is not accepted.
public final class Flags {
  /// Begins the name of every environment variable that is read.
  public static final String ENVIRONMENT_PREFIX = "MARMOSET_";

  private static final long MIB = 1 << 20;
  private static final Duration MS = Duration.ofMillis(1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private static final String CONFIG_GROUP = "Configuration";
  private static final String HTTP_GROUP = "HTTP";
  private static final String GRPC_GROUP = "gRPC";
  private static final String AUTH_GROUP = "Credentials";
  private static final String STORAGE_GROUP = "Storage";
  private static final String IDENTITY_GROUP = "Labels";
  private static final String BUCKET_GROUP = "Bucket";
  private static final String RECEIVE_GROUP = "Remote write";
  private static final String STORE_GROUP = "StoreAPI";
  private static final String OBSERVE_GROUP = "Logs and own metrics";

  /// Inline configuration.
  public static final Flag<String> CONFIG = Flag.single(CONFIG_GROUP, "config", Syntax.text("<yaml>"), "",
      "The configuration itself, as YAML, base64 of YAML, or base64 of gzipped YAML. Keys are the flag names without"
          + " dashes in front, nested at the dots or not; `${NAME}` in a value is replaced from the environment.");
  /// Path of a configuration file.
  public static final Flag<String> CONFIG_FILE =
      Flag.single(CONFIG_GROUP, "config-file", Syntax.text("<path>"), "",
          "File with the configuration, as for --config. Only one of the two may be given.");

  /// HTTP listener.
  public static final Flag<HostPort> HTTP_ADDRESS = Flag.single(HTTP_GROUP, "http-address", HostPort.SYNTAX,
      "0.0.0.0:10902", "Address of remote write, health, metrics and status. Port 0 takes any free port.");
  /// Longest drain of the write path.
  public static final Flag<Duration> HTTP_GRACE_PERIOD = Flag.single(HTTP_GROUP, "http-grace-period",
      Syntax.duration(Duration.ZERO), "10s",
      "Longest time after SIGTERM for which writes are still taken, so that senders and balancers can move away. It"
          + " ends early when no write has arrived for a second.");
  /// Most connections.
  public static final Flag<Long> HTTP_MAX_CONNECTIONS = Flag.single(HTTP_GROUP, "http.max-connections",
      Syntax.number(16, 1_000_000), "4096",
      "Most HTTP connections open at a time. A further one takes the place of the one that has been silent longest.");
  /// Whether `/-/quit` exists.
  public static final Flag<Boolean> LIFECYCLE = Flag.onOff(HTTP_GROUP, "web.enable-lifecycle", false,
      "Stop the process on POST or PUT to /-/quit.");

  /// Web configuration, as Thanos calls it.
  public static final Flag<Optional<Path>> HTTP_CONFIG = Flag.single(HTTP_GROUP, "http.config",
      Syntax.optional(Syntax.path()), "",
      "File in the form of Prometheus' web configuration: TLS and users of basic authentication for HTTP. An unknown key"
          + " is an error; certificates are read again when they change.");
  /// Web configuration, as Prometheus calls it.
  public static final Flag<Optional<Path>> WEB_CONFIG_FILE = Flag.single(HTTP_GROUP, "web.config.file",
      Syntax.optional(Syntax.path()), "", "The same as --http.config, under Prometheus' name.");

  /// gRPC listener.
  public static final Flag<HostPort> GRPC_ADDRESS = Flag.single(GRPC_GROUP, "grpc-address", HostPort.SYNTAX,
      "0.0.0.0:10901", "Address of the Thanos StoreAPI, health and reflection. Port 0 takes any free port.");
  /// Grace of running calls.
  public static final Flag<Duration> GRPC_GRACE_PERIOD = Flag.single(GRPC_GROUP, "grpc-grace-period",
      Syntax.duration(Duration.ZERO), "10s",
      "Longest time running calls get to finish, after queriers that poll this store have had one poll (at most 6s)"
          + " to see it leave.");
  /// Age at which connections are renewed.
  public static final Flag<Duration> GRPC_MAX_CONNECTION_AGE = Flag.single(GRPC_GROUP,
      "grpc-server-max-connection-age", Syntax.duration(SECOND), "60m",
      "Age at which a connection is asked to reconnect; calls on it get --grpc-grace-period to finish.");

  /// Most connections.
  public static final Flag<Long> GRPC_MAX_CONNECTIONS = Flag.single(GRPC_GROUP, "grpc.max-connections",
      Syntax.number(16, 1_000_000), "1024",
      "Most gRPC connections open at a time; a querier or router needs one. A further one takes the place of one that"
          + " has not finished its handshake, else of one that was never let in, else of the one silent longest.");

  /// Certificate of the gRPC listener.
  public static final Flag<Optional<Path>> GRPC_TLS_CERT = Flag.single(GRPC_GROUP, "grpc-server-tls-cert",
      Syntax.optional(Syntax.path()), "",
      "PEM file with the server's certificate and its chain; read again when it changes. Without it: no TLS.");
  /// Key of the gRPC listener.
  public static final Flag<Optional<Path>> GRPC_TLS_KEY = Flag.single(GRPC_GROUP, "grpc-server-tls-key",
      Syntax.optional(Syntax.path()), "", "PEM file with the certificate's key, PKCS #8, not encrypted.");
  /// Authorities of gRPC clients.
  public static final Flag<Optional<Path>> GRPC_TLS_CLIENT_CA = Flag.single(GRPC_GROUP,
      "grpc-server-tls-client-ca",
      Syntax.optional(Syntax.path()), "",
      "PEM file with the authorities that sign clients' certificates. With it a client must show one; without it none"
          + " is asked for.");
  /// Least TLS version of the gRPC listener.
  public static final Flag<String> GRPC_TLS_MIN_VERSION =
      Flag.single(GRPC_GROUP, "grpc-server-tls-min-version",
          Syntax.oneOf("1.2", "1.3"), "1.3", "Least TLS version of the gRPC listener.");

  /// Credentials in place.
  public static final Flag<String> AUTH_CONFIG = Flag.single(AUTH_GROUP, "auth.config", Syntax.text("<yaml>"),
      "",
      "Who may come in, as YAML, base64 of YAML, or base64 of gzipped YAML; docs/security.md shows the form. It is never"
          + " shown. Without any credential every door is open.")
      .hidden();
  /// Credentials in a file.
  public static final Flag<Optional<Path>> AUTH_CONFIG_FILE = Flag.single(AUTH_GROUP, "auth.config-file",
      Syntax.optional(Syntax.path()), "", "File with the same. Only one of the two may be given.");

  /// Data directory.
  public static final Flag<Path> TSDB_PATH = Flag.single(STORAGE_GROUP, "tsdb.path", Syntax.path(), "./data",
      "Directory of the log. It is made if it does not exist.");
  /// Scratch directory.
  public static final Flag<Optional<Path>> TSDB_SCRATCH_PATH = Flag.single(STORAGE_GROUP, "tsdb.scratch-path",
      Syntax.optional(Syntax.path()), "",
      "Node-local directory for data that can be rebuilt; never a network file system. Without it: marmoset-USER"
          + " inside the system's temporary directory.");
  /// Acceptance window W.
  public static final Flag<Duration> TSDB_OUT_OF_ORDER_TIME_WINDOW = Flag.single(STORAGE_GROUP,
      "tsdb.out-of-order.time-window", Syntax.duration(Duration.ofMinutes(5)), "24h",
      "How old a sample may be when it arrives; order never matters within it. At least 5m.");
  /// Time until a window is cut.
  public static final Flag<Duration> TSDB_CUT_DELAY = Flag.single(STORAGE_GROUP, "tsdb.cut-delay",
      Syntax.duration(Duration.ofSeconds(10)), "5m",
      "How long after the end of a two-hour window its samples stay in memory before they become a block.");
  /// Retention by age.
  public static final Flag<Duration> TSDB_RETENTION = Flag.single(STORAGE_GROUP, "tsdb.retention",
      Syntax.duration(Duration.ZERO), "15d",
      "How long blocks stay on the volume, and with a bucket at least until two hours after their upload. 0s: for ever;"
          + " else at least 3h more than the acceptance window.");
  /// Retention by size.
  public static final Flag<Long> TSDB_MAX_RETENTION_BYTES = Flag.single(STORAGE_GROUP,
      "tsdb.max-retention-bytes", Syntax.bytes(0, Long.MAX_VALUE), "0",
      "Most bytes of blocks on the volume; the oldest leave first. 0: no limit. The log comes on top.");
  /// Retention of blocks that are not in the bucket.
  public static final Flag<String> TSDB_RETENTION_UNUPLOADED = Flag.single(STORAGE_GROUP,
      "tsdb.retention.unuploaded", Syntax.oneOf("keep", "allow"), "keep",
      "With a bucket: \"allow\" lets blocks leave the volume that are not in the bucket yet.");
  /// What becomes of late samples in the bucket.
  public static final Flag<String> UPLOAD_LATE_SAMPLES = Flag.single(STORAGE_GROUP, "upload.late-samples",
      Syntax.oneOf("wait", "patch"), "wait",
      "\"wait\": a window is published once, when nothing can come for it any more. \"patch\": soon after its end, and"
          + " late samples as further blocks that overlap it; the compactor needs vertical compaction then.");
  /// Commit interval.
  public static final Flag<Optional<Duration>> LOG_COMMIT_INTERVAL = Flag.single(STORAGE_GROUP,
      "log.commit-interval",
      Syntax.optional(Syntax.duration(MS)), "",
      "How long writes are collected before one fsync answers them all. Without it: 20ms on a local disk, 1s on a"
          + " network file system.");
  /// Memory budget.
  public static final Flag<Optional<Long>> MEMORY_LIMIT = Flag.single(STORAGE_GROUP, "memory.limit",
      Syntax.optional(Syntax.bytes(16 * MIB, Long.MAX_VALUE)), "",
      "Memory outside the JVM's heap that series and open chunks may take, at least 16MiB. Near it open chunks go to the"
          + " scratch directory, at it new series are refused with 503. Without it: 30 % of the memory of the"
          + " container or machine.");

  /// Bound of exemplars.
  public static final Flag<Long> TSDB_MAX_EXEMPLARS = Flag.single(STORAGE_GROUP, "tsdb.max-exemplars",
      Syntax.number(0, 10_000_000), "100000",
      "Exemplars that are kept, the latest by arrival, in some 110 bytes of heap each; 0: none, and those that arrive"
          + " are dropped without an error.");

  /// Bound of series.
  public static final Flag<Long> TSDB_MAX_SERIES = Flag.single(STORAGE_GROUP, "tsdb.max-series",
      Syntax.number(0, Integer.MAX_VALUE), "0",
      "Most series the store holds; samples of further ones are refused with 400, those of known ones are taken. 0: as"
          + " many as --memory.limit has room for.");

  /// External labels.
  public static final Flag<Labels> LABEL = Flag.<Label, Labels>repeatable(IDENTITY_GROUP, "label",
      LabelPairs.SYNTAX,
      LabelPairs::join,
      "External label of this store, attached to every series it serves; the same on all replicas. Repeatable.");
  /// Name of the replica label.
  public static final Flag<String> REPLICA_LABEL = Flag.single(IDENTITY_GROUP, "replica.label",
      Syntax.text("<name>"),
      "marmoset_replica",
      "Label that tells replicas apart; name it in thanos-query's --query.replica-label. Empty: no such label.");
  /// Value of the replica label.
  public static final Flag<Optional<String>> REPLICA_VALUE = Flag.single(IDENTITY_GROUP, "replica.value",
      Syntax.optional(Syntax.text("<value>")), "",
      "Value of the replica label. Without it: the ECS task id and the end of the incarnation, or the incarnation.");

  /// Bucket in place.
  public static final Flag<String> OBJSTORE_CONFIG = Flag.single(BUCKET_GROUP, "objstore.config",
      Syntax.text("<yaml>"), "",
      "The bucket for finished blocks, in Thanos' form (`type`, `prefix`, `config`) as YAML, base64 of YAML, or base64 of"
          + " gzipped YAML; types S3 and FILESYSTEM; `$(NAME)` in a value is replaced from the environment. It is never"
          + " shown. Needs at least one --label. Without it: blocks stay on the volume.")
      .hidden();
  /// Bucket in a file.
  public static final Flag<Optional<Path>> OBJSTORE_CONFIG_FILE = Flag.single(BUCKET_GROUP,
      "objstore.config-file",
      Syntax.optional(Syntax.path()), "", "File with the same. Only one of the two may be given.");
  /// Whether labels are taken over.
  public static final Flag<Boolean> UPLOAD_ADOPT_LABELS = Flag.onOff(BUCKET_GROUP, "upload.adopt-labels",
      false,
      "Publish under labels that another volume has published under. Only when that one is gone for ever: two that"
          + " publish under the same labels make the compactor halt.");

  /// Status of an accepted write.
  public static final Flag<String> RECEIVE_SUCCESS_STATUS =
      Flag.single(RECEIVE_GROUP, "receive.success-status",
          Syntax.oneOf("204", "200"), "204",
          "HTTP status of an accepted write; 200 for senders that test for it.");
  /// Status of a refusal.
  public static final Flag<String> RECEIVE_REJECT_STATUS = Flag.single(RECEIVE_GROUP, "receive.reject-status",
      Syntax.oneOf("400", "409", "204"), "400",
      "HTTP status of a write of which samples were refused for good; the rest of it is stored whatever the status is."
          + " 409 is what Thanos Receive answers, 204 is for senders that stop or send for ever at a 4xx: what was"
          + " refused then shows only in X-Marmoset-Result, the metrics and the receipts.");
  /// Receipts that are kept.
  public static final Flag<Long> RECEIVE_RECEIPTS = Flag.single(RECEIVE_GROUP, "receive.receipts",
      Syntax.number(0, 10_000), "200",
      "Writes of which /api/v1/status/receipts tells: the last ones, and as many of the last ones of which something was"
          + " refused. Some 200 bytes each, up to 1KiB more for a refusal; 0: none.");
  /// Most samples of a request.
  public static final Flag<Long> RECEIVE_MAX_SAMPLES = Flag.single(RECEIVE_GROUP,
      "receive.max-samples-per-request",
      Syntax.number(1, 10_000_000), "1000000",
      "Most samples, histograms and exemplars a write may carry, of each; more is answered 413.");
  /// Rate of new series.
  public static final Flag<Long> RECEIVE_MAX_NEW_SERIES = Flag.single(RECEIVE_GROUP,
      "receive.max-new-series-per-second", Syntax.number(0, Integer.MAX_VALUE), "0",
      "Series that all senders together may create per second, with a burst of 10s. A write beyond it is stored as far"
          + " as its series exist and answered 503, so that a sender sends it again and nothing is lost. 0: no limit.");
  /// Rate of a sender.
  public static final Flag<Long> RECEIVE_SENDER_SAMPLES = Flag.single(RECEIVE_GROUP,
      "receive.sender-max-samples-per-second", Syntax.number(0, Integer.MAX_VALUE), "0",
      "Samples that one sender may send per second, with a burst of 10s; beyond it 429 before the body is read. A"
          + " Prometheus drops what is answered 429 unless its queue_config has retry_on_http_429: true. 0: no limit.");
  /// New series of a sender.
  public static final Flag<Long> RECEIVE_SENDER_SERIES = Flag.single(RECEIVE_GROUP,
      "receive.sender-max-new-series",
      Syntax.number(0, Integer.MAX_VALUE), "0",
      "Series that one sender may create within 24h; samples of further ones are refused with 400, those of known ones"
          + " are taken. One that comes back after it had ended (it was silent until its window was in a block) counts"
          + " again. 0: no limit.");
  /// Header that names the tenant.
  public static final Flag<String> RECEIVE_TENANT_HEADER = Flag.single(RECEIVE_GROUP, "receive.tenant-header",
      Syntax.text("<name>"), "THANOS-TENANT",
      "HTTP header that names the tenant; X-Scope-OrgID is read where it is absent. The tenant names the sender in"
          + " metrics and limits where no credential does.");
  /// Tenant of writes that name none.
  public static final Flag<String> RECEIVE_DEFAULT_TENANT = Flag.single(RECEIVE_GROUP,
      "receive.default-tenant-id", Syntax.text("<tenant>"), "default-tenant",
      "Tenant of writes that name none, for --receive.tenant-label-name.");
  /// Label that tells tenants apart.
  public static final Flag<String> RECEIVE_TENANT_LABEL = Flag.single(RECEIVE_GROUP,
      "receive.tenant-label-name", Syntax.text("<name>"), "",
      "Label that every series gets, with its tenant as value; a label of that name that a series brings along is"
          + " replaced. Thanos' name for it is tenant_id. Empty: no such label, and tenants share their series.");
  /// Largest compressed body.
  public static final Flag<Long> RECEIVE_MAX_BODY_BYTES = Flag.single(RECEIVE_GROUP, "receive.max-body-bytes",
      Syntax.bytes(MIB, 1024 * MIB), "16MiB",
      "Largest body of a write as sent; a larger one is answered 413. At least 1MiB.");
  /// Largest decoded body.
  public static final Flag<Long> RECEIVE_MAX_DECODED_BYTES = Flag.single(RECEIVE_GROUP,
      "receive.max-decoded-bytes",
      Syntax.bytes(MIB, 1024 * MIB), "64MiB",
      "Largest body of a write when decompressed, at most an eighth of the heap or 8MiB. At least 1MiB.");
  /// Most labels of a series.
  public static final Flag<Long> RECEIVE_MAX_LABELS = Flag.single(RECEIVE_GROUP, "receive.max-labels",
      Syntax.number(1, 10_000), "256", "Most labels a series may have, its name included.");
  /// Longest label name.
  public static final Flag<Long> RECEIVE_MAX_LABEL_NAME_BYTES = Flag.single(RECEIVE_GROUP,
      "receive.max-label-name-bytes", Syntax.bytes(1, 64 * 1024), "1KiB", "Longest label name, in UTF-8.");
  /// Longest label value.
  public static final Flag<Long> RECEIVE_MAX_LABEL_VALUE_BYTES = Flag.single(RECEIVE_GROUP,
      "receive.max-label-value-bytes", Syntax.bytes(1, MIB), "64KiB", "Longest label value, in UTF-8.");
  /// Largest label set.
  public static final Flag<Long> RECEIVE_MAX_LABEL_SET_BYTES = Flag.single(RECEIVE_GROUP,
      "receive.max-label-set-bytes", Syntax.bytes(1, MIB), "128KiB",
      "Most bytes of all labels of a series together, in UTF-8 with two to four bytes of framing per label.");

  /// Most series of a request.
  public static final Flag<Long> STORE_REQUEST_SERIES =
      Flag.single(STORE_GROUP, "store.limits.request-series",
          Syntax.number(0, Long.MAX_VALUE), "0", "Most series one Series call may select; 0: no limit.");
  /// Most samples of a request.
  public static final Flag<Long> STORE_REQUEST_SAMPLES =
      Flag.single(STORE_GROUP, "store.limits.request-samples",
          Syntax.number(0, Long.MAX_VALUE), "0",
          "Most samples one Series call may select; 0: no limit.");
  /// Live tail.
  public static final Flag<Duration> STORE_LIVE_TAIL = Flag.single(STORE_GROUP, "store.live-tail",
      Syntax.duration(Duration.ZERO), "20s",
      "Span before the end of a request that is answered in chunks of one sample, so that a lagging replica does not"
          + " open a second row in thanos-query.");

  /// Writing the own metrics.
  public static final Flag<Boolean> SELF_MONITORING = Flag.onOff(OBSERVE_GROUP, "self-monitoring", true,
      "Write the own metrics into the own store, as job=\"marmoset\".");
  /// Interval of the own metrics.
  public static final Flag<Duration> SELF_MONITORING_INTERVAL =
      Flag.single(OBSERVE_GROUP, "self-monitoring.interval",
          Syntax.duration(SECOND), "15s", "Time between two writes of the own metrics.");
  /// Log level.
  public static final Flag<String> LOG_LEVEL = Flag.single(OBSERVE_GROUP, "log.level",
      Syntax.oneOf("debug", "info", "warn", "error"), "info", "Least severity that is logged.");
  /// Log format.
  public static final Flag<Optional<String>> LOG_FORMAT = Flag.single(OBSERVE_GROUP, "log.format",
      Syntax.optional(Syntax.oneOf("logfmt", "json")), "",
      "How log lines are written. Without it: json when the ECS metadata variable is present, else logfmt.");

  /// Every flag, in the order of help and documentation.
  public static final List<Flag<?>> ALL = List.of(CONFIG, CONFIG_FILE, HTTP_ADDRESS, HTTP_GRACE_PERIOD,
      HTTP_MAX_CONNECTIONS, LIFECYCLE, HTTP_CONFIG, WEB_CONFIG_FILE,
      GRPC_ADDRESS, GRPC_GRACE_PERIOD, GRPC_MAX_CONNECTION_AGE, GRPC_MAX_CONNECTIONS, GRPC_TLS_CERT,
      GRPC_TLS_KEY,
      GRPC_TLS_CLIENT_CA,
      GRPC_TLS_MIN_VERSION, AUTH_CONFIG, AUTH_CONFIG_FILE, TSDB_PATH, TSDB_SCRATCH_PATH,
      TSDB_OUT_OF_ORDER_TIME_WINDOW, TSDB_CUT_DELAY, TSDB_RETENTION,
      TSDB_MAX_RETENTION_BYTES, TSDB_RETENTION_UNUPLOADED, UPLOAD_LATE_SAMPLES, LOG_COMMIT_INTERVAL,
      MEMORY_LIMIT, TSDB_MAX_EXEMPLARS, TSDB_MAX_SERIES, LABEL,
      REPLICA_LABEL, REPLICA_VALUE, OBJSTORE_CONFIG, OBJSTORE_CONFIG_FILE, UPLOAD_ADOPT_LABELS,
      RECEIVE_SUCCESS_STATUS, RECEIVE_REJECT_STATUS, RECEIVE_RECEIPTS, RECEIVE_TENANT_HEADER,
      RECEIVE_DEFAULT_TENANT, RECEIVE_TENANT_LABEL, RECEIVE_MAX_BODY_BYTES, RECEIVE_MAX_DECODED_BYTES,
      RECEIVE_MAX_SAMPLES, RECEIVE_MAX_LABELS, RECEIVE_MAX_LABEL_NAME_BYTES, RECEIVE_MAX_LABEL_VALUE_BYTES,
      RECEIVE_MAX_LABEL_SET_BYTES, RECEIVE_MAX_NEW_SERIES, RECEIVE_SENDER_SAMPLES, RECEIVE_SENDER_SERIES,
      STORE_REQUEST_SERIES, STORE_REQUEST_SAMPLES,
      STORE_LIVE_TAIL, SELF_MONITORING, SELF_MONITORING_INTERVAL, LOG_LEVEL, LOG_FORMAT);

  private Flags() {}

  /// The flag names, without dashes in front.
  public static List<String> names() {
    return ALL.stream().<String>map(Flag::name).toList();
  }
}
