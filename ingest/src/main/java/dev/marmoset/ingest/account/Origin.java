package dev.marmoset.ingest.account;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Where a write comes from, as far as the listener knows. What is not known is the empty string.
///
/// @param credential   name of the credential that the caller proved
/// @param tenant       what a tenant header or a router names as tenant
/// @param addressGroup network of the caller, from [#addressGroup]
public record Origin(String credential, String tenant, String addressGroup) {
  /// Nothing is known.
  public static final Origin UNKNOWN = new Origin("", "", "");

  private static final int NETWORK_BYTES_V4 = 3;
  private static final int NETWORK_BYTES_V6 = 6;

  /// Somebody with a credential and nothing else.
  public static Origin named(String credential) {
    return new Origin(credential, "", "");
  }

  /// The network of an address: /24 of IPv4, /48 of IPv6, which is what one site or subnet usually has. Coarse, because
  /// functions and tasks change their address with every start. Empty for what is no internet address.
  public static String addressGroup(@Nullable SocketAddress address) {
    if (!(address instanceof InetSocketAddress socket) || socket.getAddress() == null) {
      return "";
    }
    InetAddress peer = socket.getAddress();
    byte[] bytes = peer.getAddress();
    var text = new StringBuilder(24);
    if (peer instanceof Inet4Address) {
      for (int i = 0; i < NETWORK_BYTES_V4; i++) {
        text.append(bytes[i] & 0xFF).append('.');
      }
      return text.append("0/24").toString();
    }
    for (int i = 0; i < NETWORK_BYTES_V6; i += 2) {
      text.append(Integer.toHexString((bytes[i] & 0xFF) << Byte.SIZE | (bytes[i + 1] & 0xFF))).append(':');
    }
    return text.append(":/48").toString();
  }

  /// Who sends: the credential, else the tenant, else the product of the user agent and the network.
  String senderName(String userAgent) {
    if (!credential.isEmpty()) {
      return credential;
    }
    if (!tenant.isEmpty()) {
      return tenant;
    }
    int end = 0;
    while (end < userAgent.length() && userAgent.charAt(end) != '/' && userAgent.charAt(end) != ' ') {
      end++;
    }
    String product = end == 0 ? "unknown" : userAgent.substring(0, end).toLowerCase(Locale.ROOT);
    return addressGroup.isEmpty() ? product : product + '@' + addressGroup;
  }
}
