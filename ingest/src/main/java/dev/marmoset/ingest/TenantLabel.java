package dev.marmoset.ingest;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.wire.WireReader;
import dev.marmoset.storage.labels.LabelRegion;
import java.util.Arrays;

/// Puts the label of a tenant into every series of a batch, before any is looked up: it is part of the identity.
///
/// A label of that name that the series brings along is replaced, as a Thanos receiver's external label covers it. The
/// place is the sorted one, so the bytes of a sender that sorts stay canonical. Reuses its buffer; confined to one
/// thread at a time.
final class TenantLabel {
  private final byte[] name;
  private final WireReader in = new WireReader();
  private byte[] built = new byte[1024];
  private int length;

  /// @param name of the label; empty when there are no tenants
  TenantLabel(String name) {
    this.name = name.getBytes(UTF_8);
  }

  /// Adds the label to all series that are not refused yet. The batch may be starved afterwards.
  void apply(WriteBatch batch, String tenant) {
    byte[] pair = (new String(name, UTF_8) + tenant).getBytes(UTF_8);
    byte[] entry = new byte[LabelRegion.entryLength(name.length, pair.length - name.length)];
    LabelRegion.writeEntry(entry, 0, pair, 0, name.length, name.length, pair.length - name.length);
    for (int i = 0; i < batch.series() && !batch.starved(); i++) {
      if (batch.fault(i) == null) {
        apply(batch, i, entry);
      }
    }
  }

  /// Leaves a series alone whose labels are no labels: the validator finds that too.
  private void apply(WriteBatch batch, int series, byte[] entry) {
    byte[] region = batch.region(series);
    in.reset(region, batch.regionOffset(series), batch.regionLength(series));
    length = 0;
    boolean placed = false;
    while (in.more()) {
      int start = in.offset();
      if (in.tag() != LabelRegion.ENTRY_TAG) {
        return;
      }
      int order = compareName(region);
      if (!placed && order >= 0) {
        append(entry, 0, entry.length);
        placed = true;
        if (order == 0) {
          continue;
        }
      }
      append(region, start, in.offset() - start);
    }
    if (in.failed()) {
      return;
    }
    if (!placed) {
      append(entry, 0, entry.length);
    }
    batch.replaceRegion(series, built, length);
  }

  /// Reads one label and compares its name with that of the tenant label.
  private int compareName(byte[] region) {
    int outer = in.enter();
    int at = 0;
    int bytes = 0;
    while (in.more()) {
      int tag = in.tag();
      if (tag == LabelRegion.NAME_TAG) {
        bytes = in.length();
        at = in.offset();
        in.advance(bytes);
      } else {
        in.skip(tag);
      }
    }
    in.leave(outer);
    return in.failed() ? -1 : Arrays.compareUnsigned(region, at, at + bytes, name, 0, name.length);
  }

  private void append(byte[] source, int offset, int count) {
    if (length + count > built.length) {
      built = Arrays.copyOf(built, Math.max(length + count, 2 * built.length));
    }
    System.arraycopy(source, offset, built, length, count);
    length += count;
  }
}
