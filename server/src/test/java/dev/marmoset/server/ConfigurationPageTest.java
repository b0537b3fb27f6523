package dev.marmoset.server;

import dev.marmoset.server.config.Flag;
import dev.marmoset.server.config.Flags;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// Makes `docs/configuration.md` from the table of flags.
class ConfigurationPageTest {
  private static final String INTRODUCTION = """
      # Configuration

      Every setting is a flag, an environment variable and a key of a YAML file: `--tsdb.path`, `MARMOSET_TSDB_PATH`,
      `tsdb.path`. The flag wins over the variable, the variable over the file, the file over the default. Everything
      that is wrong is reported at once, and nothing is repaired quietly: the process exits with code 2. An unknown
      `MARMOSET_*` variable is a warning. `marmoset check-config` does all of it without starting anything.

      - **Switches** (`true`/`false`): `--self-monitoring`, `--self-monitoring=false` and `--no-self-monitoring`.
      - **Durations** as in Prometheus: `250ms`, `30s`, `2h45m`, `15d`.
      - **Sizes** as in Prometheus, in powers of two: `512MB` and `512MiB` are the same.
      - **Labels**: `--label region=eu --label az="a"`; in `MARMOSET_LABEL` separated by commas; in YAML a list of such
        texts or a mapping.
      - **Without files**: `MARMOSET_CONFIG` holds a whole configuration as YAML, base64 of YAML, or base64 of gzipped
        YAML. `${NAME}` in a value is replaced from the environment; `$${` stands for `${`.

      ```yaml
      tsdb:
        path: /data
        scratch-path: /scratch
      http-address: 0.0.0.0:10902
      label:
        region: eu-west-1
        cluster: ${CLUSTER}
      ```
      """;

  private static final String ENDING = """

      ## Exit codes

      | code | meaning |
      |---|---|
      | 0 | stopped as asked, or did what was asked |
      | 1 | a check, a command or the self test came to a bad end; a defect |
      | 2 | the configuration or the command line is wrong |
      | 3 | the JVM ran out of memory |
      | 4 | the data directory cannot be used |
      | 5 | an address cannot be listened on |
      | 6 | the lease of the log is lost: another replica has sealed it |
      | 7 | stopped as asked, but a step ran out of time; nothing acknowledged is lost |
      """;

  @Test
  void pageIsUpToDate() throws IOException {
    GeneratedPage.check("configuration.md", GeneratedPage.notice() + INTRODUCTION + tables() + ENDING);
  }

  private static String tables() {
    var text = new StringBuilder();
    String group = "";
    for (Flag<?> flag : Flags.ALL) {
      if (!flag.group().equals(group)) {
        group = flag.group();
        text.append("\n## ").append(group)
            .append("\n\n| flag, variable | default | what it sets |\n|---|---|---|\n");
      }
      String value = flag.onOff() ? "" : "=" + flag.placeholder();
      text.append("| `--").append(flag.name()).append(escape(value)).append("`<br>`")
          .append(flag.environmentName())
          .append("` | ").append(flag.defaultText().isEmpty() ? "" : "`" + flag.defaultText() + "`")
          .append(" | ")
          .append(escape(flag.help())).append(" |\n");
    }
    return text.toString();
  }

  private static String escape(String text) {
    return text.replace("|", "\\|");
  }
}
