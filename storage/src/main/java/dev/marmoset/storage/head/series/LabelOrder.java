package dev.marmoset.storage.head.series;

import java.util.Arrays;

/// Sorts series by their labels without making objects of them: by the ranks of their symbols. Works on a copy of what
/// it needs, so that the head's lock is not held meanwhile. Not thread-safe.
public final class LabelOrder {
  private final byte[][] pages;
  private final int[][] schemas;
  private final int[] rank;
  private final boolean oneFirstName;

  /// @param pages   of [SeriesLabelStore]; what is behind the addresses to be sorted does not change
  /// @param schemas name symbols by schema number
  /// @param symbols UTF-8 bytes by symbol number
  LabelOrder(byte[][] pages, int[][] schemas, byte[][] symbols) {
    this.pages = pages;
    this.schemas = schemas;
    this.oneFirstName = beginWithOneName(schemas);
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
  public void sort(int[] ids, int[] addresses) {
    int[] places = byFirstValue(addresses);
    for (int from = 0; from < places.length;) {
      int to = from + 1;
      while (to < places.length && firstValue(addresses[places[to]]) == firstValue(addresses[places[from]])) {
        to++;
      }
      if (to - from > 1) {
        int[] equal = Arrays.copyOfRange(places, from, to);
        sort(equal, (a, b) -> compare(addresses[a], addresses[b]));
        System.arraycopy(equal, 0, places, from, equal.length);
      }
      from = to;
    }
    for (int i = 0; i < places.length; i++) {
      places[i] = ids[places[i]];
    }
    System.arraycopy(places, 0, ids, 0, ids.length);
  }

  /// Places sorted by the value of the first label, which nearly always is the metric's name: that is a sort of numbers,
  /// and leaves few labels to compare. Where the first labels have several names, all places count as equal.
  private int[] byFirstValue(int[] addresses) {
    var keys = new long[addresses.length];
    for (int i = 0; i < keys.length; i++) {
      keys[i] = (long) firstValue(addresses[i]) << Integer.SIZE | i;
    }
    Arrays.sort(keys);
    var places = new int[keys.length];
    for (int i = 0; i < places.length; i++) {
      places[i] = (int) keys[i];
    }
    return places;
  }

  /// Rank of the first label's value if all series begin with the same name; else 0.
  private int firstValue(int address) {
    if (!oneFirstName) {
      return 0;
    }
    byte[] page = pages[SeriesLabelStore.page(address)];
    int at = SeriesLabelStore.offset(address);
    return rank[SeriesLabelStore.readVarint(page,
        at + SeriesLabelStore.varintLength(SeriesLabelStore.readVarint(page, at)))];
  }

  private static boolean beginWithOneName(int[][] schemas) {
    int first = -1;
    for (int[] names : schemas) {
      if (SchemaTable.isGone(names)) {
        continue;
      }
      if (names.length == 0 || first >= 0 && names[0] != first) {
        return false;
      }
      first = names[0];
    }
    return true;
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
