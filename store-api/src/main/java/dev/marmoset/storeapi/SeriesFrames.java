package dev.marmoset.storeapi;

import com.google.protobuf.UnsafeByteOperations;
import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.Label;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.proto.thanos.SeriesBatch;
import dev.marmoset.proto.thanos.SeriesResponse;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storeapi.BackpressuredStream.SendFailedException;
import java.util.List;

/// Packs series into messages of at most about 1 MiB and sends them in order.
///
/// A series that does not fit continues in the next message under the same labels; no message returns to an earlier
/// series. Batches go out only when asked for: queriers before 0.41 do not know them. One thread at a time.
final class SeriesFrames {
  /// Upstream's frame size, labels included. One chunk that is larger still travels, alone.
  static final int MAX_BYTES = 1 << 20;
  /// Tag and length of a chunk, or of a series in a batch, at most.
  private static final int FIELD_OVERHEAD = 5;

  private final BackpressuredStream<SeriesResponse> out;
  private final long batchSize;
  private SeriesBatch.Builder batch = SeriesBatch.newBuilder();
  private int batchBytes;

  /// @param out       receives the messages
  /// @param batchSize most series per message; at most 1 means plain messages of one series
  SeriesFrames(BackpressuredStream<SeriesResponse> out, long batchSize) {
    this.out = out;
    this.batchSize = batchSize;
  }

  /// Sends a series, or keeps it for the batch.
  ///
  /// @param chunks the chunks in order; none for an answer of labels only
  /// @return false if the caller is gone
  boolean add(Labels labels, List<Chunk> chunks) throws SendFailedException {
    Series.Builder series = start(labels);
    int labelBytes = labelBytes(labels);
    int bytes = labelBytes;
    for (Chunk chunk : chunks) {
      AggrChunk wire = AggrChunks.of(chunk);
      int size = wire.getSerializedSize() + FIELD_OVERHEAD;
      if (bytes + size > MAX_BYTES && series.getChunksCount() > 0) {
        if (!put(series.build(), bytes)) {
          return false;
        }
        series = start(labels);
        bytes = labelBytes;
      }
      series.addChunks(wire);
      bytes += size;
    }
    return put(series.build(), bytes);
  }

  /// Sends what is kept.
  ///
  /// @return false if the caller is gone
  boolean finish() throws SendFailedException {
    return batch.getSeriesCount() == 0 || flush();
  }

  private boolean put(Series series, int bytes) throws SendFailedException {
    if (batchSize <= 1) {
      return out.send(SeriesResponse.newBuilder().setSeries(series).build());
    }
    if (batchBytes + bytes > MAX_BYTES && !finish()) {
      return false;
    }
    batch.addSeries(series);
    batchBytes += bytes + FIELD_OVERHEAD;
    return batch.getSeriesCount() < batchSize || flush();
  }

  private boolean flush() throws SendFailedException {
    SeriesResponse message = SeriesResponse.newBuilder().setBatch(batch).build();
    batch = SeriesBatch.newBuilder();
    batchBytes = 0;
    return out.send(message);
  }

  private static Series.Builder start(Labels labels) {
    Series.Builder series = Series.newBuilder();
    for (int i = 0; i < labels.size(); i++) {
      series.addLabels(Label.newBuilder()
          .setNameBytes(UnsafeByteOperations.unsafeWrap(labels.nameBytes(i)))
          .setValueBytes(UnsafeByteOperations.unsafeWrap(labels.valueBytes(i))));
    }
    return series;
  }

  private static int labelBytes(Labels labels) {
    int bytes = 0;
    for (int i = 0; i < labels.size(); i++) {
      bytes += LabelRegion.entryLength(labels.nameBytes(i).length, labels.valueBytes(i).length);
    }
    return bytes;
  }
}
