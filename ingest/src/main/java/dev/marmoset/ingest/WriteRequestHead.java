package dev.marmoset.ingest;

import java.util.Locale;

/// What of the head of a write request matters here. A header that is absent is the empty string.
///
/// @param method          HTTP method
/// @param contentType     Content-Type
/// @param contentEncoding Content-Encoding
/// @param userAgent       User-Agent; names the sender when nothing better does
/// @param version         X-Prometheus-Remote-Write-Version; never decides anything
/// @param contentLength   Content-Length in bytes, -1 when absent
/// @param sender          tenant or credential that names the sender in counters; empty when there is none
public record WriteRequestHead(String method, String contentType, String contentEncoding, String userAgent,
    String version, long contentLength, String sender) {
  /// Who sends, for counters and limits: the sender if it is named, else the product of the user agent.
  String senderName() {
    if (!sender.isEmpty()) {
      return sender;
    }
    int end = 0;
    while (end < userAgent.length() && userAgent.charAt(end) != '/' && userAgent.charAt(end) != ' ') {
      end++;
    }
    return end == 0 ? "unknown" : userAgent.substring(0, end).toLowerCase(Locale.ROOT);
  }
}
