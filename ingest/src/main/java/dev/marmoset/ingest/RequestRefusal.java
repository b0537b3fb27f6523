package dev.marmoset.ingest;

/// Why a request was refused as a whole, without a verdict on its samples. Closed, so that every reason has a counter.
enum RequestRefusal {
  /// Not POST.
  METHOD("method"),
  /// A content type that is not taken.
  MEDIA_TYPE("media_type"),
  /// A content encoding that is not taken, declared or found in the body.
  CONTENT_ENCODING("content_encoding"),
  /// A tenant that cannot be a label value.
  TENANT("tenant"),
  /// The own log is not open yet.
  STARTING("starting"),
  /// The heap is nearly full.
  OVERLOADED("overloaded"),
  /// The process is shutting down.
  DRAINING("draining"),
  /// The sender sends more samples per second than it may.
  SENDER_RATE("sender_rate"),
  /// Requests in flight hold all the memory they may.
  MEMORY_IN_FLIGHT("memory_in_flight"),
  /// The connection broke before the body was complete.
  BROKEN_OFF("broken_off"),
  /// The body is larger than it may be as sent.
  BODY_BYTES("body_bytes"),
  /// The body is larger than it may be when decompressed.
  DECODED_BYTES("decoded_bytes"),
  /// More samples, series, symbols or metadata than a request may carry.
  SAMPLES_PER_REQUEST("samples_per_request"),
  /// The body is no message.
  UNDECODABLE("undecodable"),
  /// The body is a message of the other version.
  OTHER_VERSION("other_version"),
  /// The store creates series too fast; the rest of the request is stored.
  NEW_SERIES_RATE("new_series_rate"),
  /// The log did not take or confirm the samples.
  LOG("log");

  private final String tag;

  RequestRefusal(String tag) {
    this.tag = tag;
  }

  /// Value of the `reason` label in metrics.
  String tag() {
    return tag;
  }
}
