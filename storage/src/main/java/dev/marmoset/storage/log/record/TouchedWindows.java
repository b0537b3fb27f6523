package dev.marmoset.storage.log.record;

import dev.marmoset.storage.io.ByteWriter;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which windows a segment holds samples of, and from when to when. Confined to the log thread.
final class TouchedWindows {
  /// Late samples jump between the windows of a day; each is looked up once.
  private static final int RECENT = 32;
  private static final long NONE = Long.MIN_VALUE;

  private final Map<Long, long[]> windows = new TreeMap<>();
  /// Where the last commit with a sample of the window ends, bytes.
  private final NavigableMap<Long, Long> ends = new TreeMap<>();
  /// Windows of the commit at work.
  private final Set<Long> committing = new TreeSet<>();
  private final long[] recentStarts = new long[RECENT];
  private final long[][] recent = new long[RECENT][];
  private long start;
  private long[] span = new long[2];

  TouchedWindows() {
    clear();
  }

  void clear() {
    windows.clear();
    ends.clear();
    startCommit();
  }

  /// What is added from here on belongs to one commit.
  void startCommit() {
    committing.clear();
    Arrays.fill(recentStarts, NONE);
    start = NONE;
  }

  /// The commit is durable and ends at `offset` of the segment.
  void committed(long offset) {
    committing.forEach(window -> ends.put(window, offset));
  }

  /// The windows of the commit at work, or of the last one. A view.
  Set<Long> committing() {
    return Collections.unmodifiableSet(committing);
  }

  /// The windows of the durable commits, with where the last of each ends, bytes.
  NavigableMap<Long, Long> ends() {
    return new TreeMap<>(ends);
  }

  boolean isEmpty() {
    return windows.isEmpty();
  }

  /// Adds the times `from` to `to` of an array.
  void add(long[] times, int from, int to) {
    long min = Long.MAX_VALUE;
    long max = Long.MIN_VALUE;
    for (int i = from; i < to; i++) {
      min = Math.min(min, times[i]);
      max = Math.max(max, times[i]);
    }
    if (start != NONE && min >= start && max >= start && max < start + LogFormat.WINDOW_MS) {
      span[0] = Math.min(span[0], min);
      span[1] = Math.max(span[1], max);
    } else {
      for (int i = from; i < to; i++) {
        add(times[i]);
      }
    }
  }

  void add(long t) {
    if (start == NONE || t < start || t - start >= LogFormat.WINDOW_MS) {
      turnTo(t);
    }
    long[] current = span;
    if (t < current[0]) {
      current[0] = t;
    }
    if (t > current[1]) {
      current[1] = t;
    }
  }

  private void turnTo(long t) {
    start = Math.floorDiv(t, LogFormat.WINDOW_MS) * LogFormat.WINDOW_MS;
    int slot = (int) Math.floorMod(start / LogFormat.WINDOW_MS, (long) RECENT);
    if (recentStarts[slot] != start) {
      recentStarts[slot] = start;
      recent[slot] = windows.computeIfAbsent(start, _ -> new long[] {t, t});
      committing.add(start);
    }
    span = recent[slot];
  }

  /// Writes the content of the TOUCHED section.
  void write(ByteWriter out) {
    out.uvarint(windows.size());
    windows.forEach((window, minAndMax) -> {
      out.zigzag(window);
      out.zigzag(minAndMax[0]);
      out.zigzag(minAndMax[1]);
    });
  }
}
