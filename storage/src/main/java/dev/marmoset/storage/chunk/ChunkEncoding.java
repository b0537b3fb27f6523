package dev.marmoset.storage.chunk;

import java.util.Optional;

/// How the data of a chunk is encoded.
///
/// The numbers are those of Prometheus block files (`tsdb/chunkenc/chunk.go`). The StoreAPI uses other ones. Encodings
/// 4 to 6 exist upstream as options that Thanos cannot read; Marmoset neither writes nor reads them.
public enum ChunkEncoding {
  /// Float samples.
  XOR(1),
  /// Integer histograms, custom buckets included.
  HISTOGRAM(2),
  /// Float histograms, custom buckets included.
  FLOAT_HISTOGRAM(3);

  private final int id;

  ChunkEncoding(int id) {
    this.id = id;
  }

  /// The number in the encoding byte of a chunk file.
  public int id() {
    return id;
  }

  /// The encoding with this number on disk; empty for a number Marmoset does not read.
  public static Optional<ChunkEncoding> byId(int id) {
    return switch (id) {
      case 1 -> Optional.of(XOR);
      case 2 -> Optional.of(HISTOGRAM);
      case 3 -> Optional.of(FLOAT_HISTOGRAM);
      default -> Optional.empty();
    };
  }
}
