package dev.marmoset.server.auth;

import java.util.Collections;
import java.util.Set;

/// What a route or an rpc asks of its caller.
public enum Access {
  /// Nothing: health checks, which balancers ask without credentials.
  OPEN(Set.of()),
  /// The scope `write`.
  WRITE(Set.of(Scope.WRITE)),
  /// The scope `read`.
  READ(Set.of(Scope.READ)),
  /// One of the scopes `read` and `admin`: what says something about the process and no sample.
  INSPECT(Set.of(Scope.READ, Scope.ADMIN)),
  /// The scope `admin`.
  ADMIN(Set.of(Scope.ADMIN));

  private final Set<Scope> oneOf;

  Access(Set<Scope> oneOf) {
    this.oneOf = oneOf;
  }

  /// Whether somebody with these scopes may come in.
  public boolean grantedBy(Set<Scope> scopes) {
    return this == OPEN || !Collections.disjoint(oneOf, scopes);
  }

  /// The scopes of which one is needed, for texts.
  public String words() {
    return String.join(" or ", oneOf.stream().sorted().map(Scope::word).toList());
  }
}
