package dev.marmoset.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What tells this process apart from the other replicas.
///
/// @param incarnation ULID of this process start
/// @param taskId      id of the ECS task; empty off ECS
/// @param value       value of the replica label: as configured, else the task id and the last 6 characters of the
///                    incarnation (a container can restart inside one task), else the incarnation
record ReplicaIdentity(String incarnation, Optional<String> taskId, String value) {
  /// Set by ECS in every container; a base address without credentials.
  static final String METADATA_VARIABLE = "ECS_CONTAINER_METADATA_URI_V4";

  private static final Logger LOG = LoggerFactory.getLogger(ReplicaIdentity.class);
  /// The endpoint is on the same host; a start must not wait for it.
  private static final Duration TIMEOUT = Duration.ofSeconds(1);
  private static final int MAX_DOCUMENT_BYTES = 1 << 20;
  private static final int SUFFIX = 6;
  /// `arn:aws:ecs:eu-west-1:123456789012:task/cluster/0123456789abcdef0123456789abcdef`; older ARNs lack the cluster.
  private static final Pattern TASK_ARN =
      Pattern.compile("\"TaskARN\"\\s*:\\s*\"arn:[^\"]*:task/(?:[^\"/]+/)?([^\"/]+)\"");

  /// Finds the identity of this process.
  ///
  /// @param configured  value from the configuration, which wins
  /// @param metadataUri value of [#METADATA_VARIABLE]; empty off ECS
  static ReplicaIdentity of(String incarnation, Optional<String> configured, String metadataUri) {
    var taskId = metadataUri.isEmpty() ? Optional.<String>empty() : taskId(metadataUri);
    String suffix = incarnation.substring(incarnation.length() - SUFFIX);
    String value = configured.or(() -> taskId.map(id -> id + "-" + suffix)).orElse(incarnation);
    return new ReplicaIdentity(incarnation, taskId, value);
  }

  private static Optional<String> taskId(String metadataUri) {
    try {
      var arn = TASK_ARN.matcher(fetch(metadataUri + "/task"));
      if (arn.find()) {
        return Optional.of(arn.group(1));
      }
      LOG.atWarn().addKeyValue("uri", metadataUri)
          .log("task metadata names no task; the incarnation stands in");
    } catch (IOException | IllegalArgumentException e) {
      LOG.atWarn().addKeyValue("uri", metadataUri).addKeyValue("err", e)
          .log("reading task metadata; the incarnation stands in");
    }
    return Optional.empty();
  }

  private static String fetch(String uri) throws IOException {
    if (!(URI.create(uri).toURL().openConnection() instanceof HttpURLConnection connection)) {
      throw new IOException(uri + " is not an HTTP address");
    }
    connection.setConnectTimeout((int) TIMEOUT.toMillis());
    connection.setReadTimeout((int) TIMEOUT.toMillis());
    try (var body = connection.getInputStream()) {
      return new String(body.readNBytes(MAX_DOCUMENT_BYTES), UTF_8);
    } finally {
      connection.disconnect();
    }
  }
}
