package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.ShardInfo;
import dev.marmoset.storage.labels.Labels;
import java.util.Arrays;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Keeps the series of one shard, by the rule that all Thanos stores share (thanos pkg/store/storepb/shard_info.go).
///
/// The hash runs over the final labels in order, those that take part, each as name, 0xFF, value, 0xFF. Confined to one
/// request: it reuses a buffer.
final class ShardFilter implements Predicate<Labels> {
  private static final byte SEPARATOR = (byte) 0xFF;

  private final ShardInfo shard;
  private final Set<String> names;
  private byte[] text = new byte[1024];

  private ShardFilter(ShardInfo shard) {
    this.shard = shard;
    this.names = shard.getLabelsList().stream().collect(Collectors.toUnmodifiableSet());
  }

  /// The filter for a request's `shard_info`; fewer than one shard means no sharding.
  static Predicate<Labels> of(ShardInfo shard) {
    return shard.getTotalShards() < 1 ? _ -> true : new ShardFilter(shard);
  }

  @Override
  public boolean test(Labels labels) {
    int length = 0;
    for (int i = 0; i < labels.size(); i++) {
      if (names.contains(labels.name(i)) == shard.getBy()) {
        length = append(length, labels.nameBytes(i));
        length = append(length, labels.valueBytes(i));
      }
    }
    return Long.remainderUnsigned(Xxh64.hash(text, 0, length), shard.getTotalShards()) == shard
        .getShardIndex();
  }

  private int append(int length, byte[] part) {
    int end = length + part.length + 1;
    if (end > text.length) {
      text = Arrays.copyOf(text, 2 * end);
    }
    System.arraycopy(part, 0, text, length, part.length);
    text[end - 1] = SEPARATOR;
    return end;
  }
}
