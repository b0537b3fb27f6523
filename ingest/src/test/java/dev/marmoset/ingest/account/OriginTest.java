package dev.marmoset.ingest.account;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OriginTest {
  @ParameterizedTest
  @CsvSource({"10.1.2.3, 10.1.2.0/24", "255.255.255.255, 255.255.255.0/24", "127.0.0.1, 127.0.0.0/24",
    "2001:db8:1:2:3:4:5:6, 2001:db8:1::/48", "::1, 0:0:0::/48", "::ffff:10.1.2.3, 10.1.2.0/24"})
  void addressesAreGroupedByNetwork(String address, String group) throws UnknownHostException {
    assertThat(Origin.addressGroup(new InetSocketAddress(InetAddress.getByName(address), 9)))
        .isEqualTo(group);
  }

  @Test
  void whatIsNoInternetAddressHasNoGroup() {
    assertThat(Origin.addressGroup(null)).isEmpty();
    assertThat(Origin.addressGroup(UnixDomainSocketAddress.of("/tmp/x"))).isEmpty();
    assertThat(Origin.addressGroup(InetSocketAddress.createUnresolved("host.invalid", 1))).isEmpty();
  }

  @Test
  void credentialNamesTheSenderBeforeTheTenantBeforeTheProgram() {
    assertThat(new Origin("prometheus", "team-a", "10.1.2.0/24").senderName("vmagent"))
        .isEqualTo("prometheus");
    assertThat(new Origin("", "team-a", "10.1.2.0/24").senderName("vmagent")).isEqualTo("team-a");
    assertThat(new Origin("", "", "10.1.2.0/24").senderName("Prometheus/3.5.3"))
        .isEqualTo("prometheus@10.1.2.0/24");
    assertThat(new Origin("", "", "10.1.2.0/24").senderName("")).isEqualTo("unknown@10.1.2.0/24");
    assertThat(Origin.UNKNOWN.senderName("node-fetch/1.0 (+https)")).isEqualTo("node-fetch");
  }
}
