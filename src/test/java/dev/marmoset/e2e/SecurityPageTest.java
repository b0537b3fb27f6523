package dev.marmoset.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.arch.TestSources;
import dev.marmoset.peers.Peers;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What `docs/security.md` says of the tests that hold it is true.
class SecurityPageTest {
  private static final Pattern TEST = Pattern.compile("`(\\w+Test(?:#\\w+)?)`");

  @Test
  void testsThatAreNamedExist() throws IOException {
    String page = Files.readString(Peers.root().resolve("docs/security.md"));
    var sources = TestSources.read();
    var named = new ArrayList<String>();
    TEST.matcher(page).results().map(test -> test.group(1)).forEach(test -> {
      named.add(test);
      sources.require(test, "docs/security.md");
    });
    assertThat(named).hasSizeGreaterThan(20);
  }
}
