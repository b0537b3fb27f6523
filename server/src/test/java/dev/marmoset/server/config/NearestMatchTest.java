package dev.marmoset.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class NearestMatchTest {
  private static final List<String> FLAGS = List.of("--tsdb.path", "--tsdb.scratch-path", "--http-address",
      "--grpc-address");

  @Test
  void findsATypingError() {
    assertThat(NearestMatch.of("--tsdb.pth", FLAGS)).contains("--tsdb.path");
    assertThat(NearestMatch.of("--http.address", FLAGS)).contains("--http-address");
  }

  @Test
  void suggestsNothingForSomethingElse() {
    assertThat(NearestMatch.of("--query.timeout", FLAGS)).isEmpty();
    assertThat(NearestMatch.hint("x", FLAGS)).isEmpty();
  }

  @Test
  void hintIsReadyToAppend() {
    assertThat(NearestMatch.hint("--grcp-address", FLAGS)).isEqualTo("; did you mean --grpc-address?");
  }
}
