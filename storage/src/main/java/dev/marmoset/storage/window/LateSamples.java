package dev.marmoset.storage.window;

/// What becomes of samples that come after their window has ended (`--upload.late-samples`).
public enum LateSamples {
  /// The window is published once, when nothing can come for it any more: W + 2 h after its begin.
  WAIT,
  /// The window is published soon after its end, and late samples as further blocks that overlap it.
  PATCH
}
