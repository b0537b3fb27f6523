package dev.marmoset.storage.log.column;

import dev.marmoset.storage.log.entry.LogBatch;
import java.util.Arrays;

/// The float samples of one group by their series numbers in the segment. Reused; confined to the log thread.
public final class GroupColumns {
  private static final int INITIAL_CAPACITY = 1 << 12;

  /// Series numbers in the segment, to be set by the caller from the [#size] before [#add] on. Another array once the
  /// columns have grown or were ordered.
  public int[] numbers = new int[INITIAL_CAPACITY];
  /// Times, ms since the epoch. Another array once the columns have grown or were ordered.
  public long[] times = new long[INITIAL_CAPACITY];
  long[] values = new long[INITIAL_CAPACITY];
  private long[] keys = new long[0];
  private int[] sortedNumbers = new int[0];
  private long[] sortedTimes = new long[0];
  private long[] sortedValues = new long[0];
  private int size;

  /// Samples of the group so far.
  public int size() {
    return size;
  }

  /// Begins the next group; the memory is kept.
  public void clear() {
    size = 0;
  }

  /// Adds the samples of a batch. Their numbers are still to be set, from [#size] before this on.
  public void add(LogBatch batch) {
    if (batch.size() > numbers.length - size) {
      grow(size + batch.size());
    }
    batch.copyTimes(times, size);
    batch.copyValues(values, size);
    size += batch.size();
  }

  private void grow(int atLeast) {
    int capacity = Math.max(atLeast, size * 2);
    numbers = Arrays.copyOf(numbers, capacity);
    times = Arrays.copyOf(times, capacity);
    values = Arrays.copyOf(values, capacity);
  }

  /// Sorts by series number where that makes runs longer: senders that keep their order, the usual case, are left
  /// alone. Samples of one series keep their order.
  public void order() {
    int forward = 0;
    int backward = 0;
    for (int i = 1; i < size; i++) {
      int step = numbers[i] - numbers[i - 1];
      forward += step == 1 ? 0 : 1;
      backward += step < 0 ? 1 : 0;
    }
    if (forward > size / 16 && backward > 0) {
      sort();
    }
  }

  private void sort() {
    reserve();
    for (int i = 0; i < size; i++) {
      keys[i] = (long) numbers[i] << Integer.SIZE | i;
    }
    Arrays.sort(keys, 0, size);
    for (int i = 0; i < size; i++) {
      int from = (int) keys[i];
      sortedNumbers[i] = numbers[from];
      sortedTimes[i] = times[from];
      sortedValues[i] = values[from];
    }
    swap();
  }

  private void reserve() {
    if (keys.length < numbers.length) {
      keys = new long[numbers.length];
      sortedNumbers = new int[numbers.length];
      sortedTimes = new long[numbers.length];
      sortedValues = new long[numbers.length];
    }
  }

  private void swap() {
    int[] oldNumbers = numbers;
    long[] oldTimes = times;
    long[] oldValues = values;
    numbers = sortedNumbers;
    times = sortedTimes;
    values = sortedValues;
    sortedNumbers = oldNumbers;
    sortedTimes = oldTimes;
    sortedValues = oldValues;
  }

  /// End of the samples from `from` on whose series numbers ascend by one.
  int consecutiveEnd(int from, int to) {
    int i = from + 1;
    while (i < to && numbers[i] == numbers[i - 1] + 1) {
      i++;
    }
    return i;
  }

  /// End of the samples from `from` on with equal times.
  int equalTimesEnd(int from, int to) {
    long t = times[from];
    int i = from + 1;
    while (i < to && times[i] == t) {
      i++;
    }
    return i;
  }
}
