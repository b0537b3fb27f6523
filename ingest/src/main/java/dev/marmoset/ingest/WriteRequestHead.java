package dev.marmoset.ingest;

import dev.marmoset.ingest.account.Origin;

/// What of the head of a write request matters here. A header that is absent is the empty string.
///
/// @param method          HTTP method
/// @param contentType     Content-Type
/// @param contentEncoding Content-Encoding
/// @param userAgent       User-Agent; names the sender when nothing better does
/// @param version         X-Prometheus-Remote-Write-Version; never decides anything
/// @param contentLength   Content-Length in bytes, -1 when absent
/// @param origin          who sends, as far as the listener knows
public record WriteRequestHead(String method, String contentType, String contentEncoding, String userAgent,
    String version, long contentLength, Origin origin) {}
