package dev.marmoset.storage.io;

import java.util.Collection;

/// Who of several processes goes first with a piece of work, without asking each other: each orders all of them by a
/// hash of the work and the process (highest random weight). The order differs from work to work, so the load spreads,
/// and somebody's leaving moves nobody else.
public final class Rendezvous {
  private Rendezvous() {}

  /// Place of `own` among the others for this piece of work; 0 goes first.
  ///
  /// @param work   identifies the work
  /// @param own    this process
  /// @param others the processes it knows of; `own` may be among them
  public static int rank(long work, Ulid own, Collection<Ulid> others) {
    long weight = weight(work, own);
    int before = 0;
    for (Ulid other : others) {
      int order = Long.compareUnsigned(weight(work, other), weight);
      if (order > 0 || order == 0 && other.compareTo(own) < 0) {
        before++;
      }
    }
    return before;
  }

  private static long weight(long work, Ulid process) {
    return mix(mix(mix(work) ^ process.high()) ^ process.low());
  }

  /// Finalizer of splitmix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
  private static long mix(long bits) {
    long mixed = bits + 0x9e3779b97f4a7c15L;
    mixed = (mixed ^ mixed >>> 30) * 0xbf58476d1ce4e5b9L;
    mixed = (mixed ^ mixed >>> 27) * 0x94d049bb133111ebL;
    return mixed ^ mixed >>> 31;
  }
}
