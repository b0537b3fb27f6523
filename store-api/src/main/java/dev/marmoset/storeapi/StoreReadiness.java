package dev.marmoset.storeapi;

/// What the process says about itself to queriers. Implemented by the server; thread-safe and never blocking, because
/// it is asked on every call.
///
/// The two answers differ while the process drains: first Info fails, so that queriers drop this store within their
/// next poll (5 s), and only later calls are refused, because a refused call is a warning in somebody's query.
public interface StoreReadiness {
  /// Whether Info is answered.
  boolean announced();

  /// Whether series and labels are served.
  boolean serving();

  /// Why one of the two is false, for the caller.
  String reason();
}
