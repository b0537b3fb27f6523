package dev.marmoset.server.objstore;

import dev.marmoset.server.yaml.StrictMap;
import dev.marmoset.storage.objstore.BucketSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Reads a Thanos objstore configuration (thanos `docs/storage.md`): `type`, `prefix`, `config`. Types S3 and FILESYSTEM.
///
/// An unknown key is a problem, and so is one that Thanos knows and we do not follow, unless it says what happens anyway.
/// Problems never show a value that may be a secret.
public final class ObjstoreFile {
  /// Types Thanos knows beside ours.
  private static final List<String> OTHER_TYPES =
      List.of("GCS", "AZURE", "SWIFT", "COS", "ALIYUNOSS", "BOS", "OCI", "OBS");

  private ObjstoreFile() {}

  /// Reads a document.
  ///
  /// @param origin      what problems name as the place
  /// @param text        YAML, base64 of it, or base64 of it gzipped
  /// @param environment replaces `$(NAME)`; also says the region where the document does not
  /// @param problems    receives what is wrong
  /// @return empty after a problem
  public static Optional<BucketSettings> read(String origin, String text, Map<String, String> environment,
      List<String> problems) {
    int before = problems.size();
    Optional<BucketSettings> settings =
        StrictMap.parse(origin, text, environment, StrictMap.Reference.PARENTHESES, problems)
            .flatMap(document -> document(document, environment));
    return problems.size() == before ? settings : Optional.empty();
  }

  private static Optional<BucketSettings> document(StrictMap document, Map<String, String> environment) {
    String type = document.text("type").orElse("").toUpperCase(Locale.ROOT);
    String prefix = prefix(document);
    Optional<StrictMap> config = document.map("config");
    document.end();
    if (config.isEmpty()) {
      document.problem("config is missing");
      return Optional.empty();
    }
    return switch (type) {
      case "S3" -> S3Section.read(config.get(), prefix, environment);
      case "FILESYSTEM" -> directory(config.get(), prefix);
      default -> {
        document.problem(type.isEmpty() ? "type is missing; S3 or FILESYSTEM"
            : OTHER_TYPES.contains(type) ? "type " + type + " is not supported; S3 and FILESYSTEM are"
                : "type is none of S3, FILESYSTEM");
        yield Optional.empty();
      }
    };
  }

  private static String prefix(StrictMap document) {
    String prefix = document.text("prefix").orElse("");
    if (prefix.startsWith("/") || prefix.endsWith("/") || prefix.contains("//")
        || List.of(prefix.split("/")).contains("..")) {
      document.problem("prefix needs no / around it and nothing empty or .. inside");
    }
    return prefix;
  }

  private static Optional<BucketSettings> directory(StrictMap config, String prefix) {
    Optional<String> directory = config.text("directory");
    config.end();
    if (directory.isEmpty()) {
      config.problem("directory is missing");
      return Optional.empty();
    }
    try {
      return Optional.of(new BucketSettings.Directory(Path.of(directory.get()), prefix));
    } catch (InvalidPathException e) {
      config.problem("directory is not a path: " + e.getReason());
      return Optional.empty();
    }
  }
}
