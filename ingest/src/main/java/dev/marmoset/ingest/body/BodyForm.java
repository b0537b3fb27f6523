package dev.marmoset.ingest.body;

/// How a body was compressed, as its bytes show it.
public enum BodyForm {
  /// One snappy block: what the protocol asks for.
  SNAPPY,
  /// A stream of snappy frames.
  FRAMED,
  /// gzip, undeclared.
  GZIP,
  /// Nothing at all.
  PLAIN
}
