package dev.marmoset.storage.head;

import java.util.Arrays;

/// Sorts series by their labels without making objects of them: by the ranks of their symbols. Works on a copy of what
/// it needs, so that the head's lock is not held meanwhile. Not thread-safe.
final class LabelOrder {
  private final byte[][] pages;
  private final int[][] schemas;
  private final int[] rank;

  /// @param pages   of [SeriesLabelStore]; what is behind the addresses to be sorted does not change
  /// @param schemas name symbols by schema number
  /// @param symbols UTF-8 bytes by symbol number
  LabelOrder(byte[][] pages, int[][] schemas, byte[][] symbols) {
    this.pages = pages;
    this.schemas = schemas;
    var byBytes = new int[symbols.length];
    for (int i = 0; i < byBytes.length; i++) {
      byBytes[i] = i;
    }
    sort(byBytes, (a, b) -> Arrays.compareUnsigned(symbols[a], symbols[b]));
    this.rank = new int[symbols.length];
    for (int i = 0; i < byBytes.length; i++) {
      rank[byBytes[i]] = i;
    }
  }

  /// Sorts ids by the labels at their addresses.
  ///
  /// @param ids       ascending
  /// @param addresses where the labels of each are
  void sort(int[] ids, int[] addresses) {
    var places = new int[ids.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = i;
    }
    sort(places, (a, b) -> compare(addresses[a], addresses[b]));
    for (int i = 0; i < places.length; i++) {
      places[i] = ids[places[i]];
    }
    System.arraycopy(places, 0, ids, 0, ids.length);
  }

  private int compare(int a, int b) {
    byte[] pageA = pages[SeriesLabelStore.page(a)];
    byte[] pageB = pages[SeriesLabelStore.page(b)];
    int atA = SeriesLabelStore.offset(a);
    int atB = SeriesLabelStore.offset(b);
    int schemaA = SeriesLabelStore.readVarint(pageA, atA);
    int schemaB = SeriesLabelStore.readVarint(pageB, atB);
    atA += SeriesLabelStore.varintLength(schemaA);
    atB += SeriesLabelStore.varintLength(schemaB);
    int[] namesA = schemas[schemaA];
    int[] namesB = schemas[schemaB];
    for (int i = 0; i < namesA.length && i < namesB.length; i++) {
      if (namesA[i] != namesB[i]) {
        return Integer.compare(rank[namesA[i]], rank[namesB[i]]);
      }
      int valueA = SeriesLabelStore.readVarint(pageA, atA);
      int valueB = SeriesLabelStore.readVarint(pageB, atB);
      if (valueA != valueB) {
        return Integer.compare(rank[valueA], rank[valueB]);
      }
      atA += SeriesLabelStore.varintLength(valueA);
      atB += SeriesLabelStore.varintLength(valueB);
    }
    return Integer.compare(namesA.length, namesB.length);
  }

  /// Orders two numbers.
  @FunctionalInterface
  private interface Order {
    int compare(int a, int b);
  }

  /// Merge sort, bottom-up: the JDK sorts ints only by their own value.
  private static void sort(int[] numbers, Order order) {
    int[] from = numbers;
    int[] to = new int[numbers.length];
    for (int width = 1; width < numbers.length; width *= 2) {
      for (int low = 0; low < numbers.length; low += 2 * width) {
        int middle = Math.min(low + width, numbers.length);
        merge(from, low, middle, Math.min(middle + width, numbers.length), to, order);
      }
      int[] swap = from;
      from = to;
      to = swap;
    }
    if (from != numbers) {
      System.arraycopy(from, 0, numbers, 0, numbers.length);
    }
  }

  private static void merge(int[] from, int low, int middle, int high, int[] to, Order order) {
    int left = low;
    int right = middle;
    for (int i = low; i < high; i++) {
      boolean takeLeft = left < middle && (right == high || order.compare(from[left], from[right]) <= 0);
      to[i] = takeLeft ? from[left++] : from[right++];
    }
  }
}
