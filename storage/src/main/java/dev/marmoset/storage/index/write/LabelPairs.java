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
  /// Symbols of a pair: numbers until [#seal], then ordinals.
  private int[] names = new int[INITIAL];
  private int[] values = new int[INITIAL];
  private int[] series = new int[INITIAL];
  private byte[][] sortedSymbols = new byte[0][];
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
      boolean sameName = i < last.size() && Arrays.equals(labels.nameBytes(i), last.nameBytes(i));
      if (!sameName || !Arrays.equals(labels.valueBytes(i), last.valueBytes(i))) {
        int name = sameName ? names[lastPairs[i]] : symbol(labels.nameBytes(i));
        lastPairs[i] = number(name, symbol(labels.valueBytes(i)));
      }
      series[lastPairs[i]]++;
    }
    last = labels;
    return lastPairs;
  }

  private int symbol(byte[] utf8) {
    return symbols.intern(utf8, 0, utf8.length);
  }

  private int number(int nameSymbol, int valueSymbol) {
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
    int[] ordinals = new int[sortedSymbols.length];
    for (int ordinal = 0; ordinal < ordinals.length; ordinal++) {
      ordinals[symbols.find(sortedSymbols[ordinal])] = ordinal;
    }
    for (int pair = 0; pair < size(); pair++) {
      names[pair] = ordinals[names[pair]];
      values[pair] = ordinals[values[pair]];
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
    return names[pair];
  }

  int valueOrdinal(int pair) {
    return values[pair];
  }

  byte[] name(int pair) {
    return sortedSymbols[names[pair]];
  }

  byte[] value(int pair) {
    return sortedSymbols[values[pair]];
  }

  /// Number of series that carry the pair.
  int seriesCount(int pair) {
    return series[pair];
  }

  /// All pairs, ascending by name, then by value.
  int[] sorted() {
    int[] all = new int[size()];
    Arrays.setAll(all, pair -> pair);
    return sortedBy(names, sortedBy(values, all));
  }

  /// Pairs ascending by an ordinal of theirs; equal ones stay in their order. Ordinals are dense, so they are counted.
  private int[] sortedBy(int[] ordinals, int[] some) {
    int[] places = new int[sortedSymbols.length + 1];
    for (int pair : some) {
      places[ordinals[pair] + 1]++;
    }
    for (int i = 1; i < places.length; i++) {
      places[i] += places[i - 1];
    }
    int[] target = new int[some.length];
    for (int pair : some) {
      target[places[ordinals[pair]]++] = pair;
    }
    return target;
  }
}
