package dev.marmoset.storage.log;

import dev.marmoset.storage.io.ByteWriter;
import java.util.Map;
import java.util.TreeMap;

/// Which windows a segment holds samples of, and from when to when. Confined to the log thread.
final class TouchedWindows {
  private final Map<Long, long[]> windows = new TreeMap<>();
  private long start = Long.MIN_VALUE;
  private long[] span = new long[2];

  void clear() {
    windows.clear();
    start = Long.MIN_VALUE;
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
