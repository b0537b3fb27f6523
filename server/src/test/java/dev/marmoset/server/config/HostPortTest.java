package dev.marmoset.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPortTest {
  @ParameterizedTest
  @CsvSource({"127.0.0.1:0,127.0.0.1,0", "[::1]:10902,::1,10902",
    "store.internal:65535,store.internal,65535"})
  void readsHostAndPort(String text, String host, int port) throws InvalidValueException {
    assertThat(HostPort.parse(text)).isEqualTo(new HostPort(host, port)).hasToString(text);
  }

  @Test
  void readsAPortOfEveryAddress() throws InvalidValueException {
    assertThat(HostPort.parse(":9090")).isEqualTo(new HostPort("", 9090));
  }

  @ParameterizedTest
  @CsvSource({"localhost,has no port", "::1:10902,needs brackets", "a:65536,expected 0 .. 65535",
    "a:x,expected 0 .. 65535", "a:-1,expected 0 .. 65535"})
  void saysWhatIsWrong(String text, String problem) {
    assertThatThrownBy(() -> HostPort.parse(text)).hasMessageContaining(problem).hasMessageContaining(text);
  }

  @ParameterizedTest
  @CsvSource({"0.0.0.0:1,127.0.0.1:1", ":1,127.0.0.1:1", "[::]:1,[::1]:1", "10.1.2.3:1,10.1.2.3:1"})
  void clientsReachAWildcardOverLoopback(String listening, String reachable) throws InvalidValueException {
    assertThat(HostPort.parse(listening).reachable()).hasToString(reachable);
  }
}
