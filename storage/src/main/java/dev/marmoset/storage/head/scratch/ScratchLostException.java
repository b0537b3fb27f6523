package dev.marmoset.storage.head.scratch;

import java.io.IOException;

/// Scratch data that the head needs cannot be read back. Everything on scratch is in the log too, so nothing is lost,
/// but only a restart rebuilds it: the head stops serving and taking samples.
public final class ScratchLostException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /// @param doing what was being done, e.g. "reading a spilled segment"
  public ScratchLostException(String doing, IOException cause) {
    super(doing + ": " + cause.getMessage(), cause);
  }
}
