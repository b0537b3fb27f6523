/// What gRPC needs around the services: the `snappy` codec and the call metrics. Knows no message and no storage.
@NullMarked
package dev.marmoset.storeapi.transport;

import org.jspecify.annotations.NullMarked;
