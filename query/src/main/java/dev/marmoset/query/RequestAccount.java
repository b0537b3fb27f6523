package dev.marmoset.query;

import dev.marmoset.query.LimitExceededException.Limit;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.labels.Labels;
import java.util.List;

/// What one request holds and has used up: a permit of the gate, a share of the process' byte budget, and counts
/// against the request's own limits. Confined to the request's thread.
final class RequestAccount implements AutoCloseable {
  /// Taken at once for what the reader of the answer keeps besides: a frame being built and one being sent, each
  /// at most 1 MiB and one chunk in the StoreAPI.
  static final long READER_BYTES = 2L << 20;
  /// Objects per held series: list slot, entry, series handle, two label sets; rounded up from 120 bytes.
  private static final long SERIES_OVERHEAD = 128;
  /// Per label: two references in each of the two label sets and two array headers.
  private static final long LABEL_OVERHEAD = 48;

  private final QueryGate gate;
  private final QueryLimits limits;
  private final ByteBudget budget;
  private long held;
  private long heldForChunks;
  private long samples;
  private long bytes;

  private RequestAccount(QueryGate gate, QueryLimits limits, ByteBudget budget) {
    this.gate = gate;
    this.limits = limits;
    this.budget = budget;
  }

  /// Waits for admission and takes what every reader needs. The caller must close the account.
  static RequestAccount open(QueryGate gate, QueryLimits limits, ByteBudget budget)
      throws LimitExceededException {
    gate.enter();
    var account = new RequestAccount(gate, limits, budget);
    boolean opened = false;
    try {
      account.take(READER_BYTES);
      opened = true;
      return account;
    } finally {
      if (!opened) {
        account.close();
      }
    }
  }

  /// Counts a series that is held until the end.
  void hold(Labels labels) throws LimitExceededException {
    take(heldBytes(labels));
  }

  /// Takes back [#hold].
  void drop(Labels labels) {
    long size = heldBytes(labels);
    held -= size;
    budget.giveBack(size);
  }

  /// Checks how many series will be answered.
  void checkSeries(long series) throws LimitExceededException {
    check(Limit.SERIES, "series", limits.series(), series);
  }

  /// Counts the chunks of the current series; they replace those of the previous one.
  void holdChunks(List<Chunk> chunks) throws LimitExceededException {
    dropChunks();
    long size = 0;
    for (Chunk chunk : chunks) {
      samples += chunk.sampleCount();
      size += chunk.data().length;
    }
    bytes += size;
    check(Limit.SAMPLES, "samples", limits.samples(), samples);
    check(Limit.REQUEST_BYTES, "bytes", limits.bytes(), bytes);
    take(size);
    heldForChunks = size;
  }

  /// The chunks of the current series are not needed any more.
  void dropChunks() {
    held -= heldForChunks;
    budget.giveBack(heldForChunks);
    heldForChunks = 0;
  }

  /// Counts labels that are answered.
  void countLabels(Labels labels) throws LimitExceededException {
    bytes += textBytes(labels);
    check(Limit.REQUEST_BYTES, "bytes", limits.bytes(), bytes);
  }

  /// Gives everything back.
  @Override
  public void close() {
    budget.giveBack(held);
    held = 0;
    gate.leave();
  }

  private void take(long size) throws LimitExceededException {
    budget.take(size);
    held += size;
  }

  private static void check(Limit limit, String what, long bound, long got) throws LimitExceededException {
    if (bound > 0 && got > bound) {
      throw new LimitExceededException(limit,
          "sending " + what + ": limit " + bound + " violated (got " + got + ")");
    }
  }

  private static long heldBytes(Labels labels) {
    return SERIES_OVERHEAD + labels.size() * LABEL_OVERHEAD + textBytes(labels);
  }

  private static long textBytes(Labels labels) {
    long size = 0;
    for (int i = 0; i < labels.size(); i++) {
      size += labels.nameBytes(i).length + labels.valueBytes(i).length;
    }
    return size;
  }
}
