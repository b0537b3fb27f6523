package dev.marmoset.storage.block;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.SealedFile;
import dev.marmoset.storage.io.SealedFiles;
import dev.marmoset.storage.io.UnsupportedFormatException;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// Reads chunks from the segments of a block, trusting none of their bytes. Thread-safe, as far as closing is not
/// concerned: nobody may be inside a call then.
final class ChunkReader implements Closeable {
  private static final String WHAT = "chunk";
  /// Bytes fetched before the length is known: a usual chunk of 120 samples with its frame.
  private static final int GUESS_BYTES = 512;
  /// Longest chunk that is read. 120 histograms of 10,000 buckets stay below; hostile lengths must not exhaust memory.
  private static final int MAX_DATA_BYTES = 32 << 20;

  private final List<SealedFile> segments;
  private final Path directory;

  private ChunkReader(Path directory, List<SealedFile> segments) {
    this.directory = directory;
    this.segments = segments;
  }

  /// Opens all segments and checks their headers.
  ///
  /// @param directory `chunks` of the block
  static ChunkReader open(FileSystem files, SealedFiles access, Path directory) throws IOException {
    var reader = new ChunkReader(directory, new ArrayList<>());
    try {
      for (String name : files.list(directory)) {
        if (BlockFiles.isSegment(name)) {
          SealedFile segment = access.open(directory.resolve(name));
          reader.segments.add(segment);
          requireHeader(segment);
        }
      }
      return reader;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static void requireHeader(SealedFile segment) throws IOException {
    byte[] header = new byte[ChunkFormat.HEADER_BYTES];
    segment.read(0, header, 0, header.length, "header of the chunk segment");
    int magic = bigEndian(header, 0);
    if (magic != ChunkFormat.MAGIC) {
      throw new CorruptDataException(segment.path(), 0, "magic of the chunk segment", hex(ChunkFormat.MAGIC),
          hex(magic));
    }
    if (header[Integer.BYTES] != ChunkFormat.VERSION) {
      throw new UnsupportedFormatException(segment.path(), "chunk segment", header[Integer.BYTES],
          ChunkFormat.VERSION, ChunkFormat.VERSION);
    }
  }

  /// Number of segments.
  int segmentCount() {
    return segments.size();
  }

  /// Bytes of a segment, 0-based.
  long segmentBytes(int segment) {
    return segments.get(segment).size();
  }

  /// The file that a ref points into, for errors.
  Path path(long ref) {
    long segment = ref >>> Integer.SIZE;
    return segment < segments.size() ? segments.get((int) segment).path() : directory;
  }

  /// Reads the chunk at a ref.
  ///
  /// @param minTime time of its first sample as the index states it, ms
  /// @param maxTime time of its last sample as the index states it, ms
  /// @throws CorruptDataException if the bytes there contradict the format or their checksum
  /// @throws UnsupportedFormatException if the encoding is none we read
  Chunk chunk(long ref, long minTime, long maxTime) throws IOException {
    long offset = ref & 0xFFFF_FFFFL;
    if (ref >>> Integer.SIZE >= segments.size()) {
      throw new CorruptDataException(directory, offset, WHAT, "one of " + segments.size() + " segments",
          "segment " + (ref >>> Integer.SIZE));
    }
    SealedFile segment = segments.get((int) (ref >>> Integer.SIZE));
    byte[] frame = new byte[GUESS_BYTES];
    int available = segment.readUpTo(offset, frame, 0, GUESS_BYTES);
    int lengthBytes = lengthBytes(frame, available);
    long length = length(frame, lengthBytes);
    long total = lengthBytes + ChunkFormat.ENCODING_BYTES + length + ChunkFormat.CRC_BYTES;
    if (offset < ChunkFormat.HEADER_BYTES || lengthBytes == 0 || length < Short.BYTES
        || length > MAX_DATA_BYTES || total > segment.size() - offset) {
      throw new CorruptDataException(segment.path(), offset, WHAT,
          "a frame within the " + segment.size() + " bytes of the segment",
          "one of " + total + " bytes");
    }
    byte[] data = new byte[(int) length];
    int copied = (int) Math.min(length, available - lengthBytes - ChunkFormat.ENCODING_BYTES);
    System.arraycopy(frame, lengthBytes + ChunkFormat.ENCODING_BYTES, data, 0, copied);
    segment.read(offset + lengthBytes + ChunkFormat.ENCODING_BYTES + copied, data, copied,
        data.length - copied, WHAT);
    int encoding = frame[lengthBytes] & 0xFF;
    int stored = storedCrc(segment, offset + total - ChunkFormat.CRC_BYTES, frame,
        (int) Math.min(total, Integer.MAX_VALUE), available);
    requireChecksum(segment, offset, stored, encoding, data);
    ChunkEncoding known = ChunkEncoding.byId(encoding)
        .orElseThrow(() -> new UnsupportedFormatException(segment.path(),
            "encoding of the chunk at offset " + offset, encoding, 1, 3));
    return new Chunk(known, minTime, maxTime, data);
  }

  private static int storedCrc(SealedFile segment, long crcOffset, byte[] frame, int total, int available)
      throws IOException {
    if (total <= available) {
      return bigEndian(frame, total - ChunkFormat.CRC_BYTES);
    }
    byte[] crc = new byte[ChunkFormat.CRC_BYTES];
    segment.read(crcOffset, crc, 0, crc.length, WHAT);
    return bigEndian(crc, 0);
  }

  private static void requireChecksum(SealedFile segment, long offset, int stored, int encoding, byte[] data)
      throws CorruptDataException {
    var crc = new CRC32C();
    crc.update(encoding);
    crc.update(data, 0, data.length);
    if (stored != (int) crc.getValue()) {
      throw new CorruptDataException(segment.path(), offset, "checksum of the chunk", hex(stored),
          hex((int) crc.getValue()));
    }
  }

  /// Bytes of the length field; 0 when it does not end in time.
  private static int lengthBytes(byte[] frame, int available) {
    for (int i = 0; i < Math.min(available - ChunkFormat.ENCODING_BYTES, ChunkFormat.MAX_LENGTH_BYTES); i++) {
      if (frame[i] >= 0) {
        return i + 1;
      }
    }
    return 0;
  }

  private static long length(byte[] frame, int lengthBytes) {
    long length = 0;
    for (int i = 0; i < lengthBytes; i++) {
      length |= (frame[i] & 0x7FL) << 7 * i;
    }
    return length;
  }

  private static int bigEndian(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8
        | (bytes[at + 3] & 0xFF);
  }

  private static String hex(int value) {
    return "%08x".formatted(value);
  }

  @Override
  public void close() throws IOException {
    Closing.all(segments);
  }
}
