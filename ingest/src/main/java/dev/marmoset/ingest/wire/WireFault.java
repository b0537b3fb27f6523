package dev.marmoset.ingest.wire;

/// Why bytes are not a message of the expected kind.
public enum WireFault {
  /// A field reaches over the end of its message, or of the body.
  TRUNCATED("a field reaches over the end of its message"),
  /// A varint of more than 10 bytes.
  LONG_VARINT("a number takes more than 10 bytes"),
  /// A length larger than what is left.
  BAD_LENGTH("a length is larger than what is left"),
  /// A tag or a length of more than 32 bits.
  WIDE("a tag or a length takes more than 32 bits"),
  /// A tag with field number 0 or an unknown wire type.
  BAD_TAG("a field has an impossible tag"),
  /// A known field in a wire type it cannot have.
  WRONG_TYPE("a known field has the wrong wire type"),
  /// A group that is not closed, closed by another number, or nested too deeply.
  BAD_GROUP("a group is not closed"),
  /// More samples or symbols than one request may carry, or labels that expand to too many bytes.
  OVERSIZED("it carries, or its symbols expand to, more than one request may"),
  /// No fault of the bytes: the memory for requests in flight is used up.
  NO_MEMORY("memory for requests in flight is in use");

  private final String text;

  WireFault(String text) {
    this.text = text;
  }

  /// The fault in words, fit for the sender.
  public String text() {
    return text;
  }
}
