package dev.marmoset.server.auth;

import java.util.Set;

/// Who a request comes from.
///
/// @param name   of the credential; empty for somebody who showed none
/// @param scopes what it is good for
public record Caller(String name, Set<Scope> scopes) {
  /// Somebody in front of a door without a lock.
  public static final Caller ANYBODY = new Caller("", Set.of(Scope.values()));

  /// Copies the set.
  public Caller {
    scopes = Set.copyOf(scopes);
  }
}
