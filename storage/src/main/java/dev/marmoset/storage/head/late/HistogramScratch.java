package dev.marmoset.storage.head.late;

import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.ConflictRule;
import dev.marmoset.storage.chunk.histogram.FloatHistogram;
import dev.marmoset.storage.chunk.histogram.Histogram;
import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.chunk.histogram.ResetHint;
import dev.marmoset.storage.chunk.lane.HistogramIterator;
import dev.marmoset.storage.chunk.lane.HistogramOrder;
import dev.marmoset.storage.chunk.lane.ResetFlag;
import dev.marmoset.storage.head.scratch.Bytes;
import dev.marmoset.storage.io.ScratchFile;
import java.io.IOException;

/// The histogram samples of one window, each in canonical form as a chunk of one sample, on scratch.
///
/// A record is: length (4 B), encoding number (4 B), the chunk's bytes, padding to 8. Equal samples have equal bytes,
/// so that comparing them and ranking them needs no decoding. Guarded by the head's lock for writing; reading is
/// thread-safe.
public final class HistogramScratch {
  private static final int HEADER = 2 * Integer.BYTES;

  private final ScratchFile file;

  HistogramScratch(ScratchFile file) {
    this.file = file;
  }

  /// Writes an encoded sample and answers its offset.
  long write(Chunk encoded) {
    byte[] data = encoded.data();
    byte[] record = new byte[HEADER + data.length + Long.BYTES - 1 & -Long.BYTES];
    Bytes.putInt(record, 0, data.length);
    Bytes.putInt(record, Integer.BYTES, encoded.encoding().id());
    System.arraycopy(data, 0, record, HEADER, data.length);
    return file.append(record, 0, record.length);
  }

  /// Reads the sample at an offset.
  ///
  /// @throws IOException if scratch does not give it
  HistogramSample read(long offset) throws IOException {
    Chunk encoded = readEncoded(offset);
    var samples = new HistogramIterator().reset(encoded.encoding(), encoded.data(), 0, encoded.data().length);
    if (!samples.next()) {
      throw new IOException("reading a histogram from scratch at offset " + offset + ": "
          + samples.corruption().orElse("no sample"));
    }
    HistogramSample sample = samples.histogram();
    // A decoded first sample never says that it is a reset: only the flag of its chunk does.
    return samples.flag() == ResetFlag.RESET ? withReset(sample) : sample;
  }

  /// The row that is kept of two rows of one series and time, at least one of them a histogram.
  ///
  /// @throws IOException if scratch does not give a histogram
  LateRow winner(LateRow a, LateRow b) throws IOException {
    int rankA = rank(a);
    int rankB = rank(b);
    if (rankA != rankB) {
      return rankA > rankB ? a : b;
    }
    return HistogramOrder.compare(readEncoded(a.value()), readEncoded(b.value())) >= 0 ? a : b;
  }

  /// Rank of a row in the order of [ConflictRule].
  ///
  /// @throws IOException if scratch does not give a histogram
  int rank(LateRow row) throws IOException {
    if (row.kind() == LateRow.FLOAT) {
      return ConflictRule.rank(row.value());
    }
    return read(row.value()).isStale() ? ConflictRule.STALE_HISTOGRAM : ConflictRule.HISTOGRAM;
  }

  private Chunk readEncoded(long offset) throws IOException {
    byte[] header = new byte[HEADER];
    file.read(offset, header, 0, HEADER);
    byte[] data = new byte[Bytes.getInt(header, 0)];
    file.read(offset + HEADER, data, 0, data.length);
    int id = Bytes.getInt(header, Integer.BYTES);
    ChunkEncoding encoding = ChunkEncoding.byId(id)
        .orElseThrow(
            () -> new IOException("histogram on scratch at offset " + offset + " has encoding " + id));
    return new Chunk(encoding, 0, 0, data);
  }

  private static HistogramSample withReset(HistogramSample sample) {
    return switch (sample) {
      case Histogram _ -> new Histogram(ResetHint.RESET, sample.layout(), sample.count(), sample.zeroCount(),
          sample.sumBits(), sample.buckets());
      case FloatHistogram _ ->
        new FloatHistogram(ResetHint.RESET, sample.layout(), sample.count(), sample.zeroCount(),
            sample.sumBits(), sample.buckets());
    };
  }
}
