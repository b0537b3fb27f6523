package dev.marmoset.storage.labels;

import java.util.Objects;

/// One label: a name and a value, both valid Unicode.
///
/// The convenient form for configuration and tests; hot paths work on the bytes in [Labels] and [LabelRegion].
///
/// @param name  not empty
/// @param value may be empty, which means the same as the label being absent
public record Label(String name, String value) {
  /// Checks that the name is not empty.
  public Label {
    Objects.requireNonNull(value, "value");
    if (name.isEmpty()) {
      throw new IllegalArgumentException("label with value \"" + value + "\" has an empty name");
    }
  }
}
