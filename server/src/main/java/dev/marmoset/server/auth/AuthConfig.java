package dev.marmoset.server.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Everybody who may come in. Immutable.
///
/// @param credentials the known ones; empty: every door is open
/// @param anonymous   what somebody without a credential may do
public record AuthConfig(List<Credential> credentials, Set<Scope> anonymous) {
  /// No locks.
  public static final AuthConfig OPEN = new AuthConfig(List.of(), Set.of());

  /// Copies both.
  public AuthConfig {
    credentials = List.copyOf(credentials);
    anonymous = Set.copyOf(anonymous);
  }

  /// The same with more credentials.
  public AuthConfig with(List<Credential> more) {
    var all = new ArrayList<>(credentials);
    all.addAll(more);
    return new AuthConfig(all, anonymous);
  }
}
