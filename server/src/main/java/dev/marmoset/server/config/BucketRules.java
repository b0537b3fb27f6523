package dev.marmoset.server.config;

import dev.marmoset.server.config.ConfigLoader.Values;
import dev.marmoset.server.objstore.ObjstoreFile;
import dev.marmoset.storage.objstore.BucketSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads which bucket finished blocks go to. Confined to one load.
public final class BucketRules {
  /// No bucket.
  static final ServerConfig.Bucket NONE = new ServerConfig.Bucket(Optional.empty(), false);

  private final Values values;
  private final Map<String, String> environment;
  private final List<String> problems;

  /// @param problems receives what is wrong, never with a secret in it
  BucketRules(Values values, Map<String, String> environment, List<String> problems) {
    this.values = values;
    this.environment = environment;
    this.problems = problems;
  }

  /// The bucket; none without any configuration.
  ServerConfig.Bucket read() {
    Optional<BucketSettings> settings = read(values.of(Flags.OBJSTORE_CONFIG),
        values.of(Flags.OBJSTORE_CONFIG_FILE), environment, problems);
    if (settings.isPresent() && values.of(Flags.LABEL).isEmpty()) {
      problems
          .add("--objstore.config needs at least one --label: Thanos takes no block without external labels");
    }
    boolean adopt = values.of(Flags.UPLOAD_ADOPT_LABELS);
    if (adopt && values.of(Flags.OBJSTORE_CONFIG).isEmpty()
        && values.of(Flags.OBJSTORE_CONFIG_FILE).isEmpty()) {
      problems.add("--upload.adopt-labels is given, but there is no --objstore.config");
    }
    return new ServerConfig.Bucket(settings, adopt);
  }

  /// Reads the settings of a bucket from one of the two places.
  ///
  /// @param inline      the document; empty for none
  /// @param file        with the document
  /// @param environment see [ObjstoreFile#read]
  /// @param problems    receives what is wrong
  /// @return empty without a document and after a problem
  public static Optional<BucketSettings> read(String inline, Optional<Path> file,
      Map<String, String> environment, List<String> problems) {
    if (!inline.isEmpty() && file.isPresent()) {
      problems.add("--objstore.config and --objstore.config-file are both given; only one may be");
      return Optional.empty();
    }
    if (!inline.isEmpty()) {
      return ObjstoreFile.read("--objstore.config", inline, environment, problems);
    }
    if (file.isEmpty()) {
      return Optional.empty();
    }
    try {
      return ObjstoreFile.read(file.get().toString(), Files.readString(file.get()), environment, problems);
    } catch (IOException e) {
      problems.add("--objstore.config-file: reading " + file.get() + ": " + e);
      return Optional.empty();
    }
  }
}
