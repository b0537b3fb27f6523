package dev.marmoset.server.auth;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a request shows of who sends it.
///
/// @param authorization    the header or metadata value; empty if there is none
/// @param signable         what a signature covers; empty where signatures are not taken
/// @param certificateNames names of the client certificate that the listener verified; empty without one
public record Proof(String authorization, Optional<Signable> signable, Set<String> certificateNames) {
  /// Copies the set.
  public Proof {
    certificateNames = Set.copyOf(certificateNames);
  }

  /// The head of an HTTP request, as it came over the wire.
  public interface Signable {
    /// The method.
    String method();

    /// The path, still percent-encoded.
    String rawPath();

    /// What stands behind the question mark, still percent-encoded; empty if nothing does.
    String rawQuery();

    /// All values of a header by its name in any case; `host` is there in HTTP/2 too.
    List<String> headers(String name);
  }
}
