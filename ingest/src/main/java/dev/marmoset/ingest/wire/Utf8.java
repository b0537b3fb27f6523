package dev.marmoset.ingest.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Tells whether bytes are UTF-8 as RFC 3629 has it: no overlong form, no surrogate, nothing above U+10FFFF.
///
/// By hand because the decoders of the JDK replace what is wrong, or allocate.
public final class Utf8 {
  private static final long NON_ASCII = 0x8080_8080_8080_8080L;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private Utf8() {}

  /// Whether the `length` bytes from `offset` on are valid. The empty text is.
  public static boolean valid(byte[] text, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (at < end) {
      if (end - at >= Long.BYTES && ((long) LONG.get(text, at) & NON_ASCII) == 0) {
        at += Long.BYTES;
      } else if (text[at] >= 0) {
        at++;
      } else {
        int size = sequence(text, at, end);
        if (size == 0) {
          return false;
        }
        at += size;
      }
    }
    return true;
  }

  /// Bytes of the multi-byte sequence at `at`, or 0 when there is no valid one.
  private static int sequence(byte[] text, int at, int end) {
    int lead = text[at] & 0xFF;
    int size = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (size == 0 || end - at < size) {
      return 0;
    }
    int second = text[at + 1] & 0xFF;
    int lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    if (second < lowest || second > highest) {
      return 0;
    }
    for (int i = 2; i < size; i++) {
      if ((text[at + i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return size;
  }
}
