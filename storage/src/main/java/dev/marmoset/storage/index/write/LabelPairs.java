package dev.marmoset.storage.index.write;

import dev.marmoset.storage.index.PairTable;
import dev.marmoset.storage.index.SymbolTable;
import dev.marmoset.storage.labels.Labels;
import java.util.Arrays;

/// The distinct label pairs of a block that is being written, numbered in the order of their arrival, with the number of
/// series of each. Confined to one thread.
///
/// After [#seal] symbols have their final ordinals. This is what an index writer keeps in memory: about 70 B per pair
/// and the symbols themselves, whatever the number of series.
final class LabelPairs {
  private static final int INITIAL = 1024;

  private final SymbolTable symbols = new SymbolTable();
  private final PairTable pairs = new PairTable();
  private int[] names = new int[INITIAL];
  private int[] values = new int[INITIAL];
  private int[] series = new int[INITIAL];
  private byte[][] sortedSymbols = new byte[0][];
  /// Ordinal of a symbol by its number, and the way back.
  private int[] ordinals = new int[0];
  private int[] numbers = new int[0];
  private Labels last = Labels.EMPTY;
  private int[] lastPairs = new int[16];

  /// Counts the pairs of one series. Cheapest when called in label order: neighbours share most of their labels.
  ///
  /// @return pair numbers, one per label; valid until the next call
  int[] add(Labels labels) {
    if (labels.size() > lastPairs.length) {
      lastPairs = Arrays.copyOf(lastPairs, labels.size() * 2);
    }
    for (int i = 0; i < labels.size(); i++) {
      if (!sameAsLast(labels, i)) {
        lastPairs[i] = number(labels.nameBytes(i), labels.valueBytes(i));
      }
      series[lastPairs[i]]++;
    }
    last = labels;
    return lastPairs;
  }

  private boolean sameAsLast(Labels labels, int i) {
    return i < last.size() && Arrays.equals(labels.valueBytes(i), last.valueBytes(i))
        && Arrays.equals(labels.nameBytes(i), last.nameBytes(i));
  }

  private int number(byte[] name, byte[] value) {
    int nameSymbol = symbols.intern(name, 0, name.length);
    int valueSymbol = symbols.intern(value, 0, value.length);
    int before = pairs.size();
    int pair = pairs.findOrAdd(nameSymbol, valueSymbol);
    if (pair == before) {
      if (pair == names.length) {
        names = Arrays.copyOf(names, pair * 2);
        values = Arrays.copyOf(values, pair * 2);
        series = Arrays.copyOf(series, pair * 2);
      }
      names[pair] = nameSymbol;
      values[pair] = valueSymbol;
    }
    return pair;
  }

  /// Gives every symbol its ordinal in byte order. Nothing may be added afterwards.
  void seal() {
    sortedSymbols = new byte[symbols.size()][];
    Arrays.setAll(sortedSymbols, symbols::bytes);
    Arrays.sort(sortedSymbols, Arrays::compareUnsigned);
    ordinals = new int[sortedSymbols.length];
    numbers = new int[sortedSymbols.length];
    for (int ordinal = 0; ordinal < sortedSymbols.length; ordinal++) {
      int number = symbols.find(sortedSymbols[ordinal]);
      ordinals[number] = ordinal;
      numbers[ordinal] = number;
    }
  }

  /// Symbols in byte order, shared.
  byte[][] sortedSymbols() {
    return sortedSymbols;
  }

  /// Number of distinct pairs.
  int size() {
    return pairs.size();
  }

  int nameOrdinal(int pair) {
    return ordinals[names[pair]];
  }

  int valueOrdinal(int pair) {
    return ordinals[values[pair]];
  }

  byte[] name(int pair) {
    return symbols.bytes(names[pair]);
  }

  byte[] value(int pair) {
    return symbols.bytes(values[pair]);
  }

  /// Number of series that carry the pair.
  int seriesCount(int pair) {
    return series[pair];
  }

  /// All pairs, ascending by name, then by value.
  int[] sorted() {
    long[] keys = new long[size()];
    for (int pair = 0; pair < keys.length; pair++) {
      keys[pair] = (long) nameOrdinal(pair) << 32 | valueOrdinal(pair);
    }
    Arrays.sort(keys);
    int[] sorted = new int[keys.length];
    for (int i = 0; i < keys.length; i++) {
      sorted[i] = pairs.find(numbers[(int) (keys[i] >>> 32)], numbers[(int) keys[i]]);
    }
    return sorted;
  }
}
