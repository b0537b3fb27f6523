package dev.marmoset.storage.index;

import java.util.Arrays;

/// Hands out small numbers from 0 on; those given back are handed out again first. Not thread-safe.
public final class Numbering {
  private int[] free = {};
  private int freeCount;
  private int end;

  /// All numbers are free.
  public Numbering() {}

  /// Takes a number that nobody has.
  public int take() {
    return freeCount > 0 ? free[--freeCount] : end++;
  }

  /// Gives back a number that was taken.
  public void give(int number) {
    if (freeCount == free.length) {
      free = Arrays.copyOf(free, Math.max(16, freeCount * 2));
    }
    free[freeCount++] = number;
  }

  /// One more than the highest number that was ever taken.
  public int end() {
    return end;
  }

  /// Numbers that are taken.
  public int taken() {
    return end - freeCount;
  }

  /// Starts anew.
  void clear() {
    freeCount = 0;
    end = 0;
  }
}
