/// The service `thanos.WriteableStore`: what a Thanos Receive router sends to the stores of its hashring.
///
/// Start with [WriteableStoreService]. A message is taken apart by [RoutedWrite] without being parsed and goes the way
/// of every other write, through [RemoteWrites], the facade of ingest.
@NullMarked
package dev.marmoset.storeapi.write;

import org.jspecify.annotations.NullMarked;
