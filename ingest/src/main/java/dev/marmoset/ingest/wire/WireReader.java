package dev.marmoset.ingest.wire;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A cursor over protobuf bytes that no input can make throw: the first fault is latched, reads then answer 0 and
/// [#more] answers false, so that a decoder runs out of its loops and asks [#fault] once.
///
/// Every length, varint and fixed field is checked against the innermost message, not just against the body. Rules
/// where protobuf-java is laxer, on purpose: a tag or a length of more than 32 bits is a fault (it is truncated
/// there), so is a varint whose tenth byte says that it goes on, and so is a known field in a wrong wire type (skipped there, which would lose data behind a 2xx).
/// One thread at a time; the array is only read.
public final class WireReader {
  /// Wire type of varints.
  public static final int VARINT = 0;
  /// Wire type of eight bytes, little endian.
  public static final int FIXED64 = 1;
  /// Wire type of length-delimited fields.
  public static final int BYTES = 2;
  private static final int GROUP_START = 3;
  private static final int GROUP_END = 4;
  private static final int FIXED32 = 5;

  private static final int TYPE_BITS = 3;
  private static final int MAX_VARINT_BYTES = 10;
  /// The recursion limit of protobuf's own parsers.
  private static final int MAX_GROUP_DEPTH = 100;
  private static final long UINT32_MAX = 0xFFFF_FFFFL;
  private static final byte[] NOTHING = {};
  private static final VarHandle LITTLE_ENDIAN_LONG = MethodHandles.byteArrayViewVarHandle(long[].class,
      ByteOrder.LITTLE_ENDIAN);

  private byte[] data = NOTHING;
  private int at;
  private int limit;
  private @Nullable WireFault fault;

  /// Starts over on a part of an array, which the reader only borrows.
  public void reset(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    data = source;
    at = offset;
    limit = offset + length;
    fault = null;
  }

  /// Whether the innermost message has another field.
  public boolean more() {
    return at < limit;
  }

  /// Offset of the next byte in the array; where the fault was found, after one.
  public int offset() {
    return at;
  }

  /// The first fault, or null while there is none.
  public @Nullable WireFault fault() {
    return fault;
  }

  /// Whether there was a fault.
  public boolean failed() {
    return fault != null;
  }

  /// Latches a fault, unless there is one already.
  public void fail(WireFault reason) {
    if (fault == null) {
      fault = reason;
    }
    limit = at;
  }

  /// Reads the next tag: field number << 3 | wire type.
  public int tag() {
    if (at < limit) {
      byte first = data[at];
      if (first >= 1 << TYPE_BITS) {
        at++;
        return first;
      }
    }
    long wide = varint();
    if (fault == null && (wide & ~UINT32_MAX) != 0) {
      fail(WireFault.WIDE);
    } else if (fault == null && wide >>> TYPE_BITS == 0) {
      fail(WireFault.BAD_TAG);
    }
    return fault == null ? (int) wide : 0;
  }

  /// Reads a varint of up to 64 bits.
  public long varint() {
    if (at < limit) {
      byte first = data[at];
      if (first >= 0) {
        at++;
        return first;
      }
    }
    return longVarint();
  }

  /// Reads varints that take one or two bytes and are below `bound`, until there is another, the message ends or the
  /// array is full.
  ///
  /// @return how many, now at the beginning of `target`
  public int shortVarints(int[] target, int bound) {
    byte[] bytes = data;
    int end = limit;
    int i = at;
    int n = 0;
    while (i < end && n < target.length) {
      int value = bytes[i];
      int next = i + 1;
      if (value < 0) {
        if (next == end || bytes[next] < 0) {
          break;
        }
        value = value & 0x7F | bytes[next++] << 7;
      }
      if (value >= bound) {
        break;
      }
      target[n++] = value;
      i = next;
    }
    at = i;
    return n;
  }

  private long longVarint() {
    long value = 0;
    int end = Math.min(limit, at + MAX_VARINT_BYTES);
    int shift = 0;
    for (int i = at; i < end; i++) {
      byte b = data[i];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        at = i + 1;
        return value;
      }
      shift += 7;
    }
    fail(limit - at >= MAX_VARINT_BYTES ? WireFault.LONG_VARINT : WireFault.TRUNCATED);
    return 0;
  }

  /// Reads a zig-zag varint.
  public long zigZag() {
    long n = varint();
    return n >>> 1 ^ -(n & 1);
  }

  /// Reads eight bytes, little endian: the raw bits of a double.
  public long fixed64() {
    if (limit - at < Long.BYTES) {
      fail(WireFault.TRUNCATED);
      return 0;
    }
    long bits = (long) LITTLE_ENDIAN_LONG.get(data, at);
    at += Long.BYTES;
    return bits;
  }

  /// Reads a length and checks that as much is left; 0 after a fault.
  public int length() {
    long length = varint();
    if (length < 0 || length > limit - at) {
      fail((length & ~UINT32_MAX) != 0 ? WireFault.WIDE : WireFault.BAD_LENGTH);
      return 0;
    }
    return (int) length;
  }

  /// Reads a length and narrows the reader to the message behind it. To be undone by [#leave].
  ///
  /// @return what [#leave] needs
  public int enter() {
    int length = length();
    int outer = limit;
    limit = at + length;
    return outer;
  }

  /// Widens the reader again; the inner message must have been read to its end.
  public void leave(int outer) {
    limit = fault == null ? outer : at;
  }

  /// Steps over bytes whose number [#length] has just answered.
  public void advance(int length) {
    at += length;
  }

  /// Reads a length and steps over as many bytes.
  public void skipBytes() {
    int length = length();
    at += length;
  }

  /// Steps over the fields behind, as long as each has this one-byte tag and a length of one byte: a run of labels. What
  /// is longer or broken is left for the caller to meet.
  public void skipRun(int tag) {
    byte[] bytes = data;
    int i = at;
    while (i + 1 < limit && bytes[i] == tag && bytes[i + 1] >= 0 && i + 2 + bytes[i + 1] <= limit) {
      i += 2 + bytes[i + 1];
    }
    at = i;
  }

  /// Steps over an unknown field whose tag has just been read. Groups are skipped whole.
  public void skip(int tag) {
    switch (tag & 7) {
      case VARINT -> varint();
      case FIXED64 -> skipFixed(Long.BYTES);
      case BYTES -> skipBytes();
      case GROUP_START -> skipGroup(tag >>> TYPE_BITS, 1);
      case GROUP_END -> fail(WireFault.BAD_GROUP);
      case FIXED32 -> skipFixed(Integer.BYTES);
      default -> fail(WireFault.BAD_TAG);
    }
  }

  /// Steps over an unknown field of a message whose fields `1..known` are all known; one of those got here only
  /// because of its wire type, which is a fault.
  public void skipUnknown(int tag, int known) {
    if (tag >>> TYPE_BITS <= known) {
      fail(WireFault.WRONG_TYPE);
    } else {
      skip(tag);
    }
  }

  private void skipFixed(int bytes) {
    if (limit - at < bytes) {
      fail(WireFault.TRUNCATED);
    } else {
      at += bytes;
    }
  }

  private void skipGroup(int number, int depth) {
    while (more()) {
      int tag = tag();
      int type = tag & 7;
      if (type == GROUP_END && tag >>> TYPE_BITS == number && !failed()) {
        return;
      }
      if (type == GROUP_START && depth < MAX_GROUP_DEPTH) {
        skipGroup(tag >>> TYPE_BITS, depth + 1);
      } else if (type == GROUP_START) {
        fail(WireFault.BAD_GROUP);
      } else {
        skip(tag);
      }
    }
    fail(WireFault.BAD_GROUP);
  }
}
