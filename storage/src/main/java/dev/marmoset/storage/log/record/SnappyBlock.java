package dev.marmoset.storage.log.record;

import dev.marmoset.storage.io.ByteReader;

/// Uncompresses the snappy block format (google/snappy, format_description.txt) behind its length. Marmoset does not
/// write it into the log, but format 1 allows it, and readers come one release before writers.
final class SnappyBlock {
  private SnappyBlock() {}

  /// Fills the first `length` bytes of `target`; false when the input is malformed or of another length.
  static boolean uncompress(ByteReader in, byte[] target, int length) {
    int at = 0;
    while (in.remaining() > 0) {
      int tag = in.u8();
      int n = (tag & 3) == 0 ? literal(in, tag, target, at, length) : copy(in, tag, target, at, length);
      if (n <= 0 || !in.ok()) {
        return false;
      }
      at += n;
    }
    return at == length;
  }

  private static int literal(ByteReader in, int tag, byte[] target, int at, int length) {
    long n = tag >>> 2;
    if (n >= 60) {
      long extra = 0;
      int bytes = (int) n - 59;
      for (int i = 0; i < bytes; i++) {
        extra |= (long) in.u8() << 8 * i;
      }
      n = extra;
    }
    n++;
    if (n > in.remaining() || n > length - at) {
      return -1;
    }
    System.arraycopy(in.array(), in.position(), target, at, (int) n);
    in.skip((int) n);
    return (int) n;
  }

  private static int copy(ByteReader in, int tag, byte[] target, int at, int length) {
    int kind = tag & 3;
    int n = kind == 1 ? (tag >>> 2 & 7) + 4 : (tag >>> 2) + 1;
    int distance = switch (kind) {
      case 1 -> tag >>> 5 << 8 | in.u8();
      case 2 -> in.u16();
      default -> in.u32();
    };
    if (distance <= 0 || distance > at || n > length - at) {
      return -1;
    }
    for (int i = 0; i < n; i++) {
      target[at + i] = target[at + i - distance];
    }
    return n;
  }
}
