package dev.marmoset.server;

import java.io.IOException;
import java.net.JarURLConnection;
import java.util.Locale;
import java.util.jar.Attributes;

/// What was built when and from what. Read from the manifest of the jar; `unknown` where that says nothing.
///
/// @param version  of the program
/// @param branch   version control branch
/// @param revision version control revision
/// @param user     who built it
/// @param date     when it was built
/// @param java     version of the running Java
/// @param platform operating system and processor, as Go names them
record BuildInfo(String version, String branch, String revision, String user, String date, String java,
    String platform) {
  private static final String UNKNOWN = "unknown";

  /// The build this process runs.
  static BuildInfo ofThisProcess() {
    var manifest = manifest();
    String os = System.getProperty("os.name", UNKNOWN).toLowerCase(Locale.ROOT);
    String processor = switch (System.getProperty("os.arch", UNKNOWN)) {
      case "aarch64" -> "arm64";
      case String arch -> arch;
    };
    return new BuildInfo(entry(manifest, "Implementation-Version"), entry(manifest, "Build-Branch"),
        entry(manifest, "Build-Revision"), entry(manifest, "Build-User"), entry(manifest, "Build-Date"),
        System.getProperty("java.version", UNKNOWN), os + "/" + processor);
  }

  /// The text of `--version`, in the shape of prometheus/common.
  String text() {
    return """
        marmoset, version %s (branch: %s, revision: %s)
          build user:       %s
          build date:       %s
          java version:     %s
          platform:         %s""".formatted(version, branch, revision, user, date, java, platform);
  }

  private static Attributes manifest() {
    try {
      var self = BuildInfo.class.getResource("BuildInfo.class");
      if (self != null && self.openConnection() instanceof JarURLConnection jar
          && jar.getManifest() != null) {
        return jar.getManifest().getMainAttributes();
      }
    } catch (IOException _) {
      // The class was loaded from there, so this cannot be; and a version is not worth a refused start.
    }
    return new Attributes();
  }

  private static String entry(Attributes manifest, String name) {
    String value = manifest.getValue(name);
    return value == null || value.isEmpty() ? UNKNOWN : value;
  }
}
