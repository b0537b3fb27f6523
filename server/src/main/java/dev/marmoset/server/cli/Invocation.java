package dev.marmoset.server.cli;

import dev.marmoset.server.config.HostPort;
import dev.marmoset.storage.objstore.BucketSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the command line asks for.
public sealed interface Invocation {
  /// Run the server.
  ///
  /// @param flags  texts of the given flags by name, in order of occurrence
  /// @param faults what is wrong with the command line, to be reported with the other configuration errors
  record Serve(Map<String, List<String>> flags, List<String> faults) implements Invocation {}

  /// Check the configuration and print it.
  ///
  /// @param flags  as for [Serve]
  /// @param faults as for [Serve]
  record CheckConfig(Map<String, List<String>> flags, List<String> faults) implements Invocation {}

  /// Ask a running store for series.
  ///
  /// @param selector what to select, in Prometheus notation
  /// @param address  gRPC address of the store
  /// @param since    how far back from now
  /// @param json     JSON instead of a table
  /// @param access   TLS and credentials
  record Series(String selector, HostPort address, Duration since, boolean json, ClientAccess access)
      implements
        Invocation {}

  /// Ask a running store how it is.
  ///
  /// @param address HTTP address of the store
  /// @param check   `ready`, `healthy` or `writable`
  record Health(HostPort address, String check) implements Invocation {}

  /// What to do with blocks.
  enum BlocksVerb {
    /// One line each.
    LIST,
    /// Read everything and report what is wrong.
    VERIFY,
    /// What each consists of.
    INSPECT
  }

  /// Where blocks lie.
  sealed interface BlocksPlace {}

  /// A directory of blocks, or one block.
  ///
  /// @param path of it
  record BlocksDirectory(Path path) implements BlocksPlace {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /// A bucket.
  ///
  /// @param settings which
  /// @param scratch  where blocks are put while they are looked at; empty: the system's temporary directory
  record BlocksBucket(BucketSettings settings, Optional<Path> scratch) implements BlocksPlace {
    @Override
    public String toString() {
      return "the bucket";
    }
  }

  /// Look at blocks.
  ///
  /// @param verb  what to do
  /// @param place where they lie
  /// @param json  JSON instead of a table
  record Blocks(BlocksVerb verb, BlocksPlace place, boolean json) implements Invocation {}

  /// Print what was built when and from what.
  record Version() implements Invocation {}

  /// Start everything once, write, read, stop.
  record SelfTest() implements Invocation {}

  /// Print a text.
  ///
  /// @param text help
  record Help(String text) implements Invocation {}

  /// The command line cannot be understood.
  ///
  /// @param faults what is wrong, never empty
  record Misuse(List<String> faults) implements Invocation {}
}
