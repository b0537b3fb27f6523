package dev.marmoset.storage.window.register;

import dev.marmoset.storage.chunk.ChunkCut;
import dev.marmoset.storage.io.ByteWriter;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Whose blocks they are, and the names that follow from it. Everybody who holds the same volume and labels computes the
/// same names.
///
/// Hashes are SHA-256 over fields back to back: a ULID as 16 bytes and numbers as 8, all big-endian; labels in ascending
/// order, each name and value as its length (LEB128) and its UTF-8 bytes.
///
/// @param volume identity of the volume
/// @param labels external labels, never the replica label
public record BucketIdentity(Ulid volume, Labels labels) {
  private static final int LABELS_HASH_BYTES = 8;

  /// h(labels): names the records of these labels in the bucket, 16 hex digits.
  public String labelsHash() {
    try (var out = new ByteWriter(256)) {
      appendLabels(out);
      return HexFormat.of().formatHex(sha256(out), 0, LABELS_HASH_BYTES);
    }
  }

  /// S(w, k): the one entry of `compaction.sources`. Thanos takes blocks with equal sources for duplicates, so a window
  /// has one however often it is published.
  ///
  /// @param start start of the window, ms
  /// @param k     0 for the final or first block, then counting the patches
  public Ulid source(long start, int k) {
    try (var out = new ByteWriter(256)) {
      out.bytes(volume.toBytes(), 0, Ulid.BYTES);
      appendLabels(out);
      appendNumber(out, start);
      appendNumber(out, k);
      return ulid(start + ChunkCut.WINDOW_MS, sha256(out));
    }
  }

  /// The block's name in the bucket: fresh, because compactors judge by it how old a partial upload is, and a function of
  /// the claim, so that it is the same on every try.
  ///
  /// @param source      S(w, k)
  /// @param claimNumber number of the CLAIM in the register
  /// @param wallMillis  wall clock at the COMMIT, ms
  public static Ulid bucketUlid(Ulid source, long claimNumber, long wallMillis) {
    try (var out = new ByteWriter(64)) {
      out.bytes(source.toBytes(), 0, Ulid.BYTES);
      appendNumber(out, claimNumber);
      return ulid(wallMillis, sha256(out));
    }
  }

  private void appendLabels(ByteWriter out) {
    for (int i = 0; i < labels.size(); i++) {
      out.sizedBytes(labels.nameBytes(i));
      out.sizedBytes(labels.valueBytes(i));
    }
  }

  private static void appendNumber(ByteWriter out, long number) {
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      out.u8((int) (number >>> shift) & 0xFF);
    }
  }

  /// Names cannot tell a time before 1970; those windows share 0.
  private static Ulid ulid(long millis, byte[] hash) {
    Ulid first = Ulid.read(hash, 0);
    int entropyHigh = (int) (first.high() >>> 48);
    long entropyLow = first.high() << 16 | first.low() >>> 48;
    return Ulid.of(Math.max(0, millis), entropyHigh, entropyLow);
  }

  private static byte[] sha256(ByteWriter out) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(out.toByteArray());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
