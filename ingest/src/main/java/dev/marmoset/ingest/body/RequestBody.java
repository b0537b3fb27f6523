package dev.marmoset.ingest.body;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.xerial.snappy.Snappy;

/// Reads a request body into reused buffers and decompresses it, never holding more than its caps.
///
/// The header of the coding is absent or wrong so often that the bytes decide: none of the three magics can begin a
/// valid snappy block, because each would start with a copy from before the start of the output. Confined to one
/// thread at a time; [#release] ends the use of the bytes.
public final class RequestBody {
  /// Bytes of the buffers of a fresh body, not paid from the budget.
  public static final int FIRST_BYTES = 8 << 10;

  /// Buffers up to this size are worth keeping: 10,000 samples are 0.4 MB, 1.7 MB decoded.
  private static final int RETAINED_BYTES = 2 << 20;
  private static final byte[] FRAMED_MAGIC = {(byte) 0xFF, 6, 0, 0, 's', 'N', 'a', 'P', 'p', 'Y'};
  private static final byte[] GZIP_MAGIC = {0x1F, (byte) 0x8B};
  private static final byte[] ZSTD_MAGIC = {0x28, (byte) 0xB5, 0x2F, (byte) 0xFD};
  /// The densest snappy element copies 64 bytes by 3; a block that declares more is refused before allocating.
  private static final long MAX_SNAPPY_RATIO = 22;
  private static final int MAX_HEADER_BYTES = 5;

  private final BodyLimits limits;
  private final GrowingBuffer raw;
  private final GrowingBuffer decoded;
  private int rawLength;
  private int decodedLength;
  private boolean plain;

  /// @param budget shared by all bodies
  public RequestBody(BodyLimits limits, ByteBudget budget) {
    this.limits = limits;
    raw = new GrowingBuffer(FIRST_BYTES, limits.maxCompressedBytes() + 1, budget);
    decoded = new GrowingBuffer(FIRST_BYTES, limits.maxDecodedBytes() + 1, budget);
  }

  /// Reads a body to its end and decompresses it.
  ///
  /// @param in            not closed
  /// @param contentLength length that the sender declares, or -1
  /// @param sniff         whether the bytes decide on the coding; otherwise the body is plain
  public BodyResult read(InputStream in, long contentLength, boolean sniff) {
    BodyResult fault = receive(in, contentLength);
    return fault == null ? decompress(sniff) : fault;
  }

  /// Reads a body to its end. It holds no more than what has come, and 8 KiB: a sender may take its time.
  ///
  /// @return what is wrong; null if all has come
  public @Nullable BodyResult receive(InputStream in, long contentLength) {
    rawLength = 0;
    decodedLength = 0;
    plain = true;
    try {
      return contentLength > limits.maxCompressedBytes() ? overCompressedCap() : fill(in);
    } catch (IOException e) {
      return new BodyResult.Unavailable(true,
          "reading the body broke off after " + rawLength + " bytes: " + e.getMessage());
    }
  }

  /// Decompresses what was received.
  public BodyResult decompress(boolean sniff) {
    if (rawLength == 0) {
      return new BodyResult.Undecodable("body is empty");
    }
    return sniff ? sniffed() : new BodyResult.Complete(BodyForm.PLAIN);
  }

  /// The body decompressed, from index 0 on; valid until [#release] or the next [#read].
  public byte[] bytes() {
    return plain ? raw.bytes() : decoded.bytes();
  }

  /// Number of decompressed bytes.
  public int length() {
    return plain ? rawLength : decodedLength;
  }

  /// Number of bytes read, as they came.
  public int receivedBytes() {
    return rawLength;
  }

  /// Gives up the bytes and what they cost.
  ///
  /// @return whether the buffers are small enough to be kept for the next request
  public boolean release() {
    raw.release();
    decoded.release();
    return Math.max(raw.bytes().length, decoded.bytes().length) <= RETAINED_BYTES;
  }

  private @Nullable BodyResult fill(InputStream in) throws IOException {
    while (true) {
      if (!raw.grow(Math.min(rawLength + 1, limits.maxCompressedBytes() + 1))) {
        return noRoom();
      }
      int read = in.read(raw.bytes(), rawLength, raw.bytes().length - rawLength);
      if (read < 0) {
        return null;
      }
      rawLength += read;
      if (rawLength > limits.maxCompressedBytes()) {
        return overCompressedCap();
      }
    }
  }

  private BodyResult sniffed() {
    if (startsWith(FRAMED_MAGIC)) {
      return framed();
    }
    if (startsWith(GZIP_MAGIC)) {
      return gzip();
    }
    if (startsWith(ZSTD_MAGIC)) {
      return new BodyResult.Unsupported("body is zstd, which is not supported; send snappy");
    }
    BodyResult block = block();
    if (block instanceof BodyResult.Undecodable && beginsLikeMessage()) {
      return new BodyResult.Complete(BodyForm.PLAIN);
    }
    return block;
  }

  private boolean startsWith(byte[] magic) {
    return rawLength >= magic.length
        && Arrays.equals(raw.bytes(), 0, magic.length, magic, 0, magic.length);
  }

  /// Whether the first byte is a tag of fields 1 or 3 (1.0), 4 or 5 (2.0).
  private boolean beginsLikeMessage() {
    byte first = raw.bytes()[0];
    return first == 0x0A || first == 0x1A || first == 0x22 || first == 0x2A;
  }

  private BodyResult block() {
    long declared = declaredLength();
    if (declared < 0) {
      return new BodyResult.Undecodable("body is not snappy: it begins with no length");
    }
    if (declared > limits.maxDecodedBytes()) {
      return overDecodedCap(limits.maxDecodedBytes());
    }
    if (declared > MAX_SNAPPY_RATIO * rawLength) {
      return new BodyResult.Undecodable(
          "body is not snappy: " + rawLength + " bytes cannot hold the declared " + declared);
    }
    if (!decoded.replace((int) declared)) {
      return noRoom();
    }
    try {
      int length = Snappy.uncompress(raw.bytes(), 0, rawLength, decoded.bytes(), 0);
      if (length != declared) {
        return new BodyResult.Undecodable("body is snappy of " + length + " bytes, it declares " + declared);
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return new BodyResult.Undecodable("body is not a snappy block: " + e.getMessage());
    }
    plain = false;
    decodedLength = (int) declared;
    return new BodyResult.Complete(BodyForm.SNAPPY);
  }

  /// The length a snappy block begins with, or -1 when there is none of at most 32 bits.
  private long declaredLength() {
    long length = 0;
    byte[] bytes = raw.bytes();
    for (int i = 0; i < Math.min(rawLength, MAX_HEADER_BYTES); i++) {
      length |= (bytes[i] & 0x7FL) << (7 * i);
      if (bytes[i] >= 0) {
        return length >>> Integer.SIZE == 0 ? length : -1;
      }
    }
    return -1;
  }

  private BodyResult framed() {
    var stream = new FramedSnappy(decoded, limits.maxDecodedBytes());
    try {
      BodyResult fault = stream.decode(raw.bytes(), rawLength);
      if (fault != null) {
        return fault;
      }
    } catch (IOException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return new BodyResult.Undecodable(
          "body is a snappy framed stream that cannot be decoded: " + e.getMessage());
    }
    plain = false;
    decodedLength = stream.length();
    return new BodyResult.Complete(BodyForm.FRAMED);
  }

  private BodyResult gzip() {
    try (var stream = new GZIPInputStream(new ByteArrayInputStream(raw.bytes(), 0, rawLength))) {
      int length = 0;
      while (true) {
        if (!decoded.grow(Math.min(length + 1, limits.maxDecodedBytes() + 1))) {
          return noRoom();
        }
        int read = stream.read(decoded.bytes(), length, decoded.bytes().length - length);
        if (read < 0) {
          break;
        }
        length += read;
        if (length > limits.maxDecodedBytes()) {
          return overDecodedCap(limits.maxDecodedBytes());
        }
      }
      plain = false;
      decodedLength = length;
      return new BodyResult.Complete(BodyForm.GZIP);
    } catch (IOException e) {
      return new BodyResult.Undecodable("body is gzip that cannot be decoded: " + e.getMessage());
    }
  }

  private BodyResult overCompressedCap() {
    return new BodyResult.TooLarge(false,
        "body is larger than " + limits.maxCompressedBytes() + " bytes before decompression");
  }

  static BodyResult overDecodedCap(int cap) {
    return new BodyResult.TooLarge(true, "body is larger than " + cap + " bytes after decompression");
  }

  static BodyResult noRoom() {
    return new BodyResult.Unavailable(false, "memory for request bodies is in use; send again");
  }
}
