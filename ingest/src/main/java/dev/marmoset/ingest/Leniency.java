package dev.marmoset.ingest;

import dev.marmoset.ingest.body.BodyForm;

/// What was tolerated in a request although the protocol has it otherwise. Counted per sender.
enum Leniency {
  /// No Content-Type.
  NO_CONTENT_TYPE("no_content_type"),
  /// No Content-Encoding.
  NO_CONTENT_ENCODING("no_content_encoding"),
  /// Snappy frames in place of a block.
  FRAMED("framed"),
  /// gzip in place of a block.
  GZIP("gzip"),
  /// An uncompressed message that was not declared as one.
  PLAIN("plain"),
  /// A label named like the replica label; it is stored under another name.
  REPLICA_LABEL("replica_label");

  private final String tag;

  Leniency(String tag) {
    this.tag = tag;
  }

  /// Value of the `kind` label in metrics.
  String tag() {
    return tag;
  }

  /// The leniency behind an undeclared form.
  static Leniency of(BodyForm form) {
    return switch (form) {
      case FRAMED -> FRAMED;
      case GZIP -> GZIP;
      case PLAIN -> PLAIN;
      case SNAPPY -> throw new IllegalArgumentException("a snappy block is no leniency");
    };
  }
}
