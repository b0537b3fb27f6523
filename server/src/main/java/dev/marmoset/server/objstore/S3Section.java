package dev.marmoset.server.objstore;

import dev.marmoset.server.yaml.StrictMap;
import dev.marmoset.storage.objstore.BucketSettings;
import dev.marmoset.storage.objstore.S3Settings;
import dev.marmoset.storage.objstore.S3Settings.Credentials;
import dev.marmoset.storage.objstore.S3Settings.Encryption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The section `config` of type S3. Confined to one reading.
final class S3Section {
  private static final String STORAGE_CLASS = "x-amz-storage-class";
  private static final Pattern AWS_HOST =
      Pattern
          .compile("(?:.*\\.)?s3[.-](?:dualstack\\.)?([a-z]{2}(?:-[a-z]+)+-\\d)\\.amazonaws\\.com(?:\\.cn)?");

  private final StrictMap config;
  private final Map<String, String> environment;

  private S3Section(StrictMap config, Map<String, String> environment) {
    this.config = config;
    this.environment = environment;
  }

  /// Reads the section; problems go to where it came from.
  static Optional<BucketSettings> read(StrictMap config, String prefix, Map<String, String> environment) {
    return new S3Section(config, environment).settings(prefix);
  }

  private Optional<BucketSettings> settings(String prefix) {
    Optional<String> bucket = config.text("bucket");
    boolean insecure = flag(config, "insecure", false);
    Optional<String> host = host();
    Optional<String> region = region(host.orElse(""));
    boolean pathStyle = pathStyle(host.orElse(""), bucket.orElse(""));
    Credentials credentials = credentials();
    Encryption encryption = encryption();
    if (encryption instanceof Encryption.CustomerKey && insecure) {
      config.problem("sse_config of type SSE-C sends its key along and needs TLS; insecure is true");
    }
    var upload = upload(host.orElse(""));
    var transport = transport();
    unsupported();
    config.end();
    if (bucket.isEmpty()) {
      config.problem("bucket is missing");
    }
    if (host.isEmpty() && region.isEmpty()) {
      config.problem("endpoint is missing; region alone would do for AWS");
    }
    return bucket.map(name -> new S3Settings(name, prefix, new S3Settings.Endpoint(host, insecure),
        region.orElse("us-east-1"), pathStyle, credentials, encryption, upload, transport));
  }

  private Optional<String> host() {
    Optional<String> endpoint = config.text("endpoint");
    if (endpoint.isPresent() && endpoint.get().contains("/")) {
      config.problem("endpoint needs a host, with a port if it is not the usual one: no scheme, no path");
      return Optional.empty();
    }
    return endpoint;
  }

  private Optional<String> region(String host) {
    Matcher aws = AWS_HOST.matcher(host);
    return config.text("region").or(() -> aws.matches() ? Optional.of(aws.group(1)) : Optional.empty())
        .or(() -> Optional.ofNullable(environment.get("AWS_REGION")))
        .or(() -> Optional.ofNullable(environment.get("AWS_DEFAULT_REGION")));
  }

  private boolean pathStyle(String host, String bucket) {
    String type = config.text("bucket_lookup_type").orElse("auto");
    return switch (type) {
      case "path" -> true;
      case "virtual-hosted", "virtual" -> false;
      // A dot in a bucket's name breaks the wildcard of AWS' certificates.
      case "auto" -> !isAws(host) || bucket.contains(".");
      default -> {
        config.problem("bucket_lookup_type is none of auto, virtual-hosted, path");
        yield true;
      }
    };
  }

  private static boolean isAws(String host) {
    return host.isEmpty() || host.endsWith(".amazonaws.com") || host.endsWith(".amazonaws.com.cn");
  }

  private Credentials credentials() {
    boolean sdk = flag(config, "aws_sdk_auth", false);
    Optional<String> access = config.text("access_key");
    Optional<String> secret = config.text("secret_key");
    Optional<String> token = config.text("session_token");
    if (access.isPresent() != secret.isPresent()) {
      config.problem("access_key and secret_key go together");
    }
    if (sdk && access.isPresent()) {
      config.problem("aws_sdk_auth takes credentials from the environment; access_key says otherwise");
    }
    if (token.isPresent() && access.isEmpty()) {
      config.problem("session_token goes with access_key");
    }
    return access.isPresent() && secret.isPresent()
        ? new Credentials.Fixed(access.get(), secret.get(), token)
        : new Credentials.Environment();
  }

  private Encryption encryption() {
    Optional<StrictMap> found = config.map("sse_config");
    if (found.isEmpty()) {
      return new Encryption.BucketDefault();
    }
    StrictMap sse = found.get();
    String type = sse.text("type").orElse("");
    Optional<String> kmsKey = sse.text("kms_key_id");
    Map<String, String> context = sse.pairs("kms_encryption_context");
    Optional<String> keyFile = sse.text("encryption_key");
    sse.end();
    return switch (type) {
      case "" -> new Encryption.BucketDefault();
      case "SSE-S3" -> new Encryption.ManagedByS3();
      case "SSE-KMS" -> {
        if (kmsKey.isEmpty()) {
          sse.problem("kms_key_id is missing");
        }
        yield new Encryption.Kms(kmsKey.orElse(""), context);
      }
      case "SSE-C" -> customerKey(sse, keyFile.orElse(""));
      default -> {
        sse.problem("type is none of SSE-S3, SSE-KMS, SSE-C");
        yield new Encryption.BucketDefault();
      }
    };
  }

  private static Encryption customerKey(StrictMap sse, String file) {
    try {
      byte[] key = Files.readAllBytes(Path.of(file));
      if (key.length == 32) {
        return new Encryption.CustomerKey(HexFormat.of().formatHex(key));
      }
      sse.problem("encryption_key: " + file + " has " + key.length + " bytes; the key has 32");
    } catch (IOException | InvalidPathException e) {
      sse.problem("encryption_key: reading " + file + ": " + e);
    }
    return new Encryption.BucketDefault();
  }

  private S3Settings.Upload upload(String host) {
    long partBytes = partBytes();
    boolean multipart = !flag(config, "disable_multipart", false);
    // Some S3-compatible stores refuse the checksums that the SDK sends to AWS.
    boolean checksums = flag(config, "send_content_md5", isAws(host));
    var metadata = new TreeMap<String, String>();
    Optional<String> storageClass = Optional.empty();
    for (var entry : config.pairs("put_user_metadata").entrySet()) {
      if (entry.getKey().toLowerCase(Locale.ROOT).equals(STORAGE_CLASS)) {
        storageClass = Optional.of(entry.getValue());
      } else {
        metadata.put(entry.getKey(), entry.getValue());
      }
    }
    return new S3Settings.Upload(partBytes, multipart, checksums, storageClass, metadata);
  }

  private long partBytes() {
    String text = config.text("part_size").orElse(Long.toString(S3Settings.Upload.DEFAULT_PART_BYTES));
    try {
      long bytes = Long.parseLong(text);
      if (bytes >= S3Settings.Upload.LEAST_PART_BYTES && bytes <= S3Settings.Upload.MOST_PART_BYTES) {
        return bytes;
      }
    } catch (NumberFormatException _) {
      // Said below.
    }
    config.problem("part_size needs a number of bytes between " + S3Settings.Upload.LEAST_PART_BYTES + " and "
        + S3Settings.Upload.MOST_PART_BYTES);
    return S3Settings.Upload.DEFAULT_PART_BYTES;
  }

  private S3Settings.Transport transport() {
    var byDefault = S3Settings.Transport.DEFAULT;
    Optional<StrictMap> found = config.map("http_config");
    if (found.isEmpty()) {
      return byDefault;
    }
    StrictMap http = found.get();
    Duration connect = duration(http, "tls_handshake_timeout", byDefault.connectTimeout());
    Duration answer = duration(http, "response_header_timeout", byDefault.answerTimeout());
    boolean trustAll = flag(http, "insecure_skip_verify", false);
    List<Path> authorities = List.of();
    Optional<StrictMap> tls = http.map("tls_config");
    if (tls.isPresent()) {
      trustAll |= flag(tls.get(), "insecure_skip_verify", false);
      authorities = tls.get().text("ca_file").map(Path::of).stream().toList();
      for (String key : List.of("cert_file", "key_file", "server_name")) {
        only(tls.get(), key, "", "the client shows no certificate and takes the host's name");
      }
      tls.get().end();
    }
    String pool = "each bucket is used by one upload at a time, over the JDK's connections";
    only(http, "idle_conn_timeout", "1m30s", pool);
    only(http, "expect_continue_timeout", "1s", pool);
    only(http, "max_idle_conns", "100", pool);
    only(http, "max_idle_conns_per_host", "100", pool);
    only(http, "max_conns_per_host", "0", pool);
    only(http, "disable_compression", "false", pool);
    http.end();
    return new S3Settings.Transport(connect, answer, byDefault.requestTimeout(), authorities, trustAll);
  }

  /// Keys of Thanos that we do not follow.
  private void unsupported() {
    only(config, "signature_version2", "false", "AWS has switched it off");
    only(config, "list_objects_version", "v2", "only version 2 is spoken");
    only(config, "sts_endpoint", "", "credentials come from the environment or stand here");
    only(config, "max_retries", "0",
        "uploads are tried again by their own loop, which looks at the lease first");
    // Dual-stack host names are never derived: the endpoint is taken as written.
    var _ = flag(config, "disable_dualstack", false);
    config.map("trace").ifPresent(trace -> {
      only(trace, "enable", "false", "requests are not traced");
      trace.end();
    });
  }

  /// Accepts a key only with the value that is true anyway.
  private static void only(StrictMap map, String key, String value, String why) {
    Optional<String> text = map.text(key);
    if (text.isPresent() && !text.get().equals(value)) {
      map.problem(key + " is not supported" + (value.isEmpty() ? "" : " except as " + value) + ": " + why);
    }
  }

  private static boolean flag(StrictMap map, String key, boolean otherwise) {
    return switch (map.text(key).orElse("")) {
      case "" -> otherwise;
      case "true" -> true;
      case "false" -> false;
      default -> {
        map.problem(key + " is neither true nor false");
        yield otherwise;
      }
    };
  }

  private static Duration duration(StrictMap map, String key, Duration otherwise) {
    Optional<String> text = map.text(key);
    if (text.isEmpty()) {
      return otherwise;
    }
    try {
      Duration value = Duration.parse("PT" + text.get());
      if (value.isPositive() && value.compareTo(S3Settings.Transport.LONGEST_REQUEST) <= 0) {
        return value;
      }
    } catch (DateTimeParseException _) {
      // Said below.
    }
    map.problem(key + " needs a duration such as 10s or 1m30s, more than 0 and at most 5m");
    return otherwise;
  }
}
