package dev.marmoset.ingest.verdict;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.ingest.decode.IngestLimits.LabelLimits;
import dev.marmoset.ingest.decode.RejectReason;
import dev.marmoset.ingest.wire.Utf8;
import dev.marmoset.ingest.wire.WireReader;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Judges the labels of a series and rewrites them into their canonical bytes: sorted, without empty values.
///
/// Called only for series that were not found by the bytes they came with: new ones, and those of senders that do
/// not sort. A label named like the replica label, which this store adds itself, is renamed to `exported_<name>`.
/// Reuses its buffers; confined to one thread at a time.
public final class LabelValidator {
  private static final byte[] METRIC_NAME = Labels.METRIC_NAME.getBytes(UTF_8);
  private static final int NONE = -1;
  private static final String EXPORTED = "exported_";
  private static final int NAME = 1 << 3 | WireReader.BYTES;
  private static final int VALUE = 2 << 3 | WireReader.BYTES;
  private static final int LABEL_FIELDS = 2;

  private final LabelLimits limits;
  private final String replicaLabel;
  private final byte[] replicaName;
  private final WireReader in = new WireReader();

  private int count;
  private final byte[][] names;
  private final int[] nameOffset;
  private final int[] nameLength;
  private final int[] valueOffset;
  private final int[] valueLength;
  private final int[] order;
  private byte[] source = {};
  private byte[] canonical = new byte[1024];
  private int canonicalLength;
  private boolean unsorted;
  /// Index of the label that was renamed.
  private int replica;

  /// @param replicaLabel name of the label that tells replicas apart; never stored under that name
  public LabelValidator(LabelLimits limits, String replicaLabel) {
    this.limits = limits;
    this.replicaLabel = replicaLabel;
    this.replicaName = replicaLabel.getBytes(UTF_8);
    int most = limits.maxLabels();
    names = new byte[most][];
    nameOffset = new int[most];
    nameLength = new int[most];
    valueOffset = new int[most];
    valueLength = new int[most];
    order = new int[most];
  }

  /// What it judges by.
  LabelLimits limits() {
    return limits;
  }

  /// Judges label bytes in the form of remote write 1.0.
  ///
  /// @return why the series is refused, or null when [#canonical] holds its canonical bytes
  @Nullable
  RejectReason judge(byte[] region, int offset, int length) {
    source = region;
    unsorted = false;
    replica = NONE;
    canonicalLength = 0;
    RejectReason reason = parse(offset, length);
    if (reason == null) {
      reason = content();
    }
    if (reason == null) {
      renameReplicaLabel();
      reason = sort();
    }
    return reason == null ? write() : reason;
  }

  /// The canonical bytes of the series judged last, from index 0 on; reused by the next call.
  byte[] canonical() {
    return canonical;
  }

  /// Number of canonical bytes.
  int canonicalLength() {
    return canonicalLength;
  }

  /// Whether the labels came in another order than the canonical one.
  boolean unsorted() {
    return unsorted;
  }

  /// Whether a label was renamed because it is named like the replica label.
  boolean renamed() {
    return replica != NONE;
  }

  private @Nullable RejectReason parse(int offset, int length) {
    in.reset(source, offset, length);
    count = 0;
    while (in.more()) {
      if (in.tag() != LabelRegion.ENTRY_TAG) {
        return RejectReason.MALFORMED_LABELS;
      }
      if (count == limits.maxLabels()) {
        return RejectReason.TOO_MANY_LABELS;
      }
      label();
    }
    return in.failed() ? RejectReason.MALFORMED_LABELS : null;
  }

  private void label() {
    names[count] = source;
    nameLength[count] = 0;
    valueLength[count] = 0;
    int outer = in.enter();
    while (in.more()) {
      int tag = in.tag();
      switch (tag) {
        case NAME -> {
          nameLength[count] = in.length();
          nameOffset[count] = in.offset();
          in.advance(nameLength[count]);
        }
        case VALUE -> {
          valueLength[count] = in.length();
          valueOffset[count] = in.offset();
          in.advance(valueLength[count]);
        }
        default -> in.skipUnknown(tag, LABEL_FIELDS);
      }
    }
    in.leave(outer);
    count++;
  }

  /// Tests names and values one by one. The missing name comes first: it is what the library bug of passing labels
  /// as an array looks like, which also leaves an empty label name.
  private @Nullable RejectReason content() {
    int metric = indexOf(METRIC_NAME);
    if (metric < 0 || valueLength[metric] == 0) {
      return RejectReason.MISSING_NAME;
    }
    for (int i = 0; i < count; i++) {
      if (nameLength[i] == 0) {
        return RejectReason.EMPTY_LABEL_NAME;
      }
      if (nameLength[i] > limits.maxNameBytes()) {
        return RejectReason.LABEL_NAME_TOO_LONG;
      }
      if (valueLength[i] > limits.maxValueBytes()) {
        return RejectReason.LABEL_VALUE_TOO_LONG;
      }
      if (!Utf8.valid(source, nameOffset[i], nameLength[i])
          || !Utf8.valid(source, valueOffset[i], valueLength[i])) {
        return RejectReason.INVALID_UTF8;
      }
    }
    return null;
  }

  private void renameReplicaLabel() {
    replica = indexOf(replicaName);
    if (replica < 0 || valueLength[replica] == 0) {
      replica = NONE;
      return;
    }
    String name = EXPORTED + replicaLabel;
    while (indexOf(name.getBytes(UTF_8)) >= 0) {
      name = EXPORTED + name;
    }
    byte[] bytes = name.getBytes(UTF_8);
    names[replica] = bytes;
    nameOffset[replica] = 0;
    nameLength[replica] = bytes.length;
  }

  private int indexOf(byte[] name) {
    for (int i = 0; i < count; i++) {
      if (nameLength[i] == name.length
          && Arrays.equals(names[i], nameOffset[i], nameOffset[i] + name.length, name,
              0, name.length)) {
        return i;
      }
    }
    return -1;
  }

  /// Sorts by insertion: most senders sort, and the rest have a dozen labels. Empty values still count as duplicates.
  private @Nullable RejectReason sort() {
    for (int i = 0; i < count; i++) {
      int slot = i;
      int comparison = -1;
      while (slot > 0 && (comparison = compare(order[slot - 1], i)) > 0) {
        order[slot] = order[slot - 1];
        slot--;
        unsorted = true;
      }
      if (slot > 0 && comparison == 0) {
        return RejectReason.DUPLICATE_LABEL;
      }
      order[slot] = i;
    }
    return null;
  }

  private int compare(int a, int b) {
    return Arrays.compareUnsigned(names[a], nameOffset[a], nameOffset[a] + nameLength[a], names[b],
        nameOffset[b],
        nameOffset[b] + nameLength[b]);
  }

  private @Nullable RejectReason write() {
    for (int i = 0; i < count; i++) {
      int label = order[i];
      if (valueLength[label] == 0) {
        continue;
      }
      int entry = LabelRegion.entryLength(nameLength[label], valueLength[label]);
      if (canonicalLength + entry > limits.maxSetBytes()) {
        return RejectReason.LABELS_TOO_LONG;
      }
      if (canonicalLength + entry > canonical.length) {
        canonical = Arrays.copyOf(canonical, Math.max(canonicalLength + entry, canonical.length * 2));
      }
      canonicalLength = writeEntry(label);
    }
    return null;
  }

  private int writeEntry(int label) {
    if (label != replica) {
      return LabelRegion.writeEntry(canonical, canonicalLength, source, nameOffset[label], nameLength[label],
          valueOffset[label], valueLength[label]);
    }
    // A renamed label has its name and its value in different arrays.
    byte[] joined = Arrays.copyOf(names[label], nameLength[label] + valueLength[label]);
    System.arraycopy(source, valueOffset[label], joined, nameLength[label], valueLength[label]);
    return LabelRegion.writeEntry(canonical, canonicalLength, joined, 0, nameLength[label], nameLength[label],
        valueLength[label]);
  }
}
