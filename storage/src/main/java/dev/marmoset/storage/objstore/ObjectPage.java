package dev.marmoset.storage.objstore;

import java.util.List;
import java.util.Optional;

/// A part of a listing.
///
/// @param objects  ascending by key
/// @param prefixes what lies deeper, ascending, each ending with a separator; empty for [ObjectQuery.Depth#ALL]
/// @param next     asks for the next page; empty behind the last one
public record ObjectPage(List<ObjectInfo> objects, List<String> prefixes, Optional<ObjectQuery> next) {
  /// Copies the lists.
  public ObjectPage {
    objects = List.copyOf(objects);
    prefixes = List.copyOf(prefixes);
  }
}
