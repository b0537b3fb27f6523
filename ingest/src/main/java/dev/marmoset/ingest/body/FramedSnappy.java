package dev.marmoset.ingest.body;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/// Decodes the snappy framing format, chunk by chunk into one growing buffer.
///
/// snappy-java's own stream is not used: it allocates what a chunk declares before looking at the caps. Format: one
/// byte of type, three bytes of length (little endian), then for data chunks a masked CRC32C and at most 64 KiB of
/// data (google/snappy, framing_format.txt).
final class FramedSnappy {
  private static final int STREAM_IDENTIFIER = 0xFF;
  private static final int COMPRESSED = 0x00;
  private static final int UNCOMPRESSED = 0x01;
  private static final int FIRST_SKIPPABLE = 0x80;
  private static final int HEADER_BYTES = 4;
  private static final int CHECKSUM_BYTES = 4;
  private static final int MAX_CHUNK_DATA = 1 << 16;
  private static final int MASK_DELTA = 0xA282EAD8;

  private static final VarHandle LITTLE_ENDIAN_INT = MethodHandles.byteArrayViewVarHandle(int[].class,
      ByteOrder.LITTLE_ENDIAN);

  private final GrowingBuffer target;
  private final int cap;
  private final CRC32C crc = new CRC32C();
  private int length;

  /// @param cap bytes that the decoded body may take
  FramedSnappy(GrowingBuffer target, int cap) {
    this.target = target;
    this.cap = cap;
  }

  /// Decoded bytes, after [#decode].
  int length() {
    return length;
  }

  /// Decodes a whole stream.
  ///
  /// @return null when it is complete
  /// @throws IOException if a data chunk cannot be decompressed
  @Nullable
  BodyResult decode(byte[] source, int sourceLength) throws IOException {
    length = 0;
    int at = 0;
    while (at < sourceLength) {
      if (sourceLength - at < HEADER_BYTES) {
        return corrupt("ends within the header of a chunk", at);
      }
      int type = source[at] & 0xFF;
      int size = (int) LITTLE_ENDIAN_INT.get(source, at) >>> Byte.SIZE;
      if (size > sourceLength - at - HEADER_BYTES) {
        return corrupt("ends within a chunk", at);
      }
      BodyResult fault = chunk(type, source, at + HEADER_BYTES, size);
      if (fault != null) {
        return fault;
      }
      at += HEADER_BYTES + size;
    }
    return null;
  }

  private @Nullable BodyResult chunk(int type, byte[] source, int offset, int size)
      throws IOException {
    if (type == COMPRESSED || type == UNCOMPRESSED) {
      return data(type, source, offset, size);
    }
    boolean skippable = type >= FIRST_SKIPPABLE || type == STREAM_IDENTIFIER;
    return skippable ? null : corrupt("has a chunk of unknown type " + type, offset);
  }

  private @Nullable BodyResult data(int type, byte[] source, int offset, int size)
      throws IOException {
    int payload = size - CHECKSUM_BYTES;
    if (payload < (type == COMPRESSED ? 1 : 0)) {
      return corrupt("has a chunk without data", offset);
    }
    int from = offset + CHECKSUM_BYTES;
    int decoded = type == COMPRESSED ? Snappy.uncompressedLength(source, from, payload) : payload;
    if (decoded < 0 || decoded > MAX_CHUNK_DATA) {
      return corrupt("has a chunk of more than " + MAX_CHUNK_DATA + " bytes", offset);
    }
    if (decoded > cap - length) {
      return RequestBody.overDecodedCap(cap);
    }
    if (!target.grow(length + decoded)) {
      return RequestBody.noRoom();
    }
    if (type == COMPRESSED) {
      Snappy.uncompress(source, from, payload, target.bytes(), length);
    } else {
      System.arraycopy(source, from, target.bytes(), length, payload);
    }
    crc.reset();
    crc.update(target.bytes(), length, decoded);
    length += decoded;
    boolean intact = masked((int) crc.getValue()) == (int) LITTLE_ENDIAN_INT.get(source, offset);
    return intact ? null : corrupt("fails its checksum", offset);
  }

  private static int masked(int checksum) {
    return Integer.rotateRight(checksum, 15) + MASK_DELTA;
  }

  private static BodyResult corrupt(String what, int offset) {
    return new BodyResult.Undecodable("body is a snappy framed stream that " + what + " at byte " + offset);
  }
}
