/// What a test needs to talk to real processes: Prometheus, Thanos, and Marmoset itself as it is shipped.
///
/// Start at [PeerProcess] (any process), [Peers] (where the binaries are), [QueryApi] (what they answer). Everything
/// listens on 127.0.0.1 and keeps its files in the directory the test hands in.
@NullMarked
package dev.marmoset.peers;

import org.jspecify.annotations.NullMarked;
