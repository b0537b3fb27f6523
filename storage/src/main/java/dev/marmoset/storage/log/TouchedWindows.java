package dev.marmoset.storage.log;

import dev.marmoset.storage.io.ByteWriter;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which windows a segment holds samples of, and from when to when. Confined to the log thread.
final class TouchedWindows {
  private final Map<Long, long[]> windows = new TreeMap<>();
  /// Where the last commit with a sample of the window ends, bytes.
  private final NavigableMap<Long, Long> ends = new TreeMap<>();
  private final Set<Long> recent = new TreeSet<>();
  private long start = Long.MIN_VALUE;
  private long[] span = new long[2];

  void clear() {
    windows.clear();
    ends.clear();
    recent.clear();
    start = Long.MIN_VALUE;
  }

  /// What is added from here on belongs to one commit.
  void startCommit() {
    recent.clear();
    start = Long.MIN_VALUE;
  }

  /// The commit is durable and ends at `offset` of the segment.
  void committed(long offset) {
    recent.forEach(window -> ends.put(window, offset));
  }

  /// The windows of the durable commits, with where the last of each ends, bytes.
  NavigableMap<Long, Long> ends() {
    return new TreeMap<>(ends);
  }

  boolean isEmpty() {
    return windows.isEmpty();
  }

  void add(long t) {
    if (start == Long.MIN_VALUE || t < start || t - start >= LogFormat.WINDOW_MS) {
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
    recent.add(start);
    span = windows.computeIfAbsent(start, _ -> new long[] {t, t});
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
