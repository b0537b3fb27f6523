package dev.marmoset.storage;

import dev.marmoset.storage.labels.Labels;

/// An exemplar of a series: one measurement that stands for many, usually with the id of its trace.
///
/// @param t         ms since the epoch
/// @param valueBits raw IEEE 754 bits of the value
/// @param labels    its own labels, not those of the series; may be empty
public record Exemplar(long t, long valueBits, Labels labels) implements Comparable<Exemplar> {
  /// By time, then value bits, then labels: an order that does not depend on the order of arrival.
  @Override
  public int compareTo(Exemplar other) {
    int order = Long.compare(t, other.t);
    if (order == 0) {
      order = Long.compareUnsigned(valueBits, other.valueBits);
    }
    return order == 0 ? labels.compareTo(other.labels) : order;
  }
}
