package dev.marmoset.storage.io;

/// The machine is gone. An error, so that nothing under test catches it and goes on.
public final class PowerLoss extends Error {
  private static final long serialVersionUID = 1;

  PowerLoss() {
    super("power is lost");
  }
}
