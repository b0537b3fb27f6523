package dev.marmoset.storeapi.write;

import dev.marmoset.ingest.account.Origin;
import io.grpc.Context;

/// Who makes a call, as far as the listener knows. The listener puts it into the context of every call it lets in.
///
/// @param credential   name of the credential; empty without
/// @param addressGroup network of the caller, from [Origin#addressGroup]
/// @param userAgent    what the caller's library calls itself
public record RpcCaller(String credential, String addressGroup, String userAgent) {
  /// Where the context of a call has it.
  public static final Context.Key<RpcCaller> KEY =
      Context.keyWithDefault("marmoset-caller", new RpcCaller("", "", ""));

  Origin origin(String tenant) {
    return new Origin(credential, tenant, addressGroup);
  }
}
