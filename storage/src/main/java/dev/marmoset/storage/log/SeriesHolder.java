package dev.marmoset.storage.log;

import java.util.BitSet;

/// Somebody outside the head who knows series by their head ids. Asked under the head's lock.
public interface SeriesHolder {
  /// Clears the bits of series for which samples may still be applied.
  void spare(BitSet series);

  /// States that these ids mean no series any more, and perhaps another one from now on.
  ///
  /// @param series not to be modified
  void forget(int[] series);
}
