package dev.marmoset.ingest.decode;

import dev.marmoset.ingest.wire.WireFault;

/// What a decoder made of a body.
public sealed interface Decoded {
  /// The body is a message of the expected version.
  Decoded COMPLETE = new Complete();
  /// The body parses, but carries only fields of the other version.
  Decoded OTHER_VERSION = new OtherVersion();

  /// See [#COMPLETE].
  record Complete() implements Decoded {}

  /// See [#OTHER_VERSION].
  record OtherVersion() implements Decoded {}

  /// The body is no such message.
  ///
  /// @param fault  what is wrong
  /// @param offset where in the decoded body, bytes
  record Malformed(WireFault fault, int offset) implements Decoded {}
}
