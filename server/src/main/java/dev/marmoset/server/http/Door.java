package dev.marmoset.server.http;

import dev.marmoset.server.auth.Access;
import dev.marmoset.server.auth.Caller;
import dev.marmoset.server.auth.Gatekeeper;
import dev.marmoset.server.auth.Proof;
import dev.marmoset.server.auth.Verdict;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Optional;

/// Lets requests of HTTP in or words the refusal. Thread-safe.
final class Door {
  private static final int UNAUTHORIZED = 401;
  private static final int FORBIDDEN = 403;
  private static final int UNAVAILABLE = 503;

  private final Gatekeeper gatekeeper;
  private final MeterRegistry registry;

  Door(Gatekeeper gatekeeper, MeterRegistry registry) {
    this.gatekeeper = gatekeeper;
    this.registry = registry;
  }

  /// What came of a request.
  sealed interface Passage {
    /// It may go on.
    ///
    /// @param caller name of the credential, empty without
    /// @param body   what its body must still prove
    record In(String caller, Optional<Verdict.BodyCheck> body) implements Passage {}

    /// It is answered here.
    record Out(HttpResponse answer) implements Passage {}
  }

  /// Judges a request by its head.
  Passage judge(Access access, Proof proof) {
    if (access == Access.OPEN) {
      return new Passage.In("", Optional.empty());
    }
    return switch (gatekeeper.judge(proof)) {
      case Verdict.Known(Caller caller) -> admit(access, caller, Optional.empty());
      case Verdict.KnownByBody(Caller caller, Verdict.BodyCheck check) ->
        admit(access, caller, Optional.of(check));
      case Verdict.Unknown unknown -> new Passage.Out(refusal(unknown));
      case Verdict.Busy(String why) -> {
        count("busy");
        yield new Passage.Out(HttpResponse.text(UNAVAILABLE, why).with("Retry-After", "1"));
      }
    };
  }

  /// The answer when the body was not the one that was signed.
  HttpResponse bodyDiffers() {
    return refusal(gatekeeper.mismatch());
  }

  private Passage admit(Access access, Caller caller, Optional<Verdict.BodyCheck> body) {
    if (access.grantedBy(caller.scopes())) {
      return new Passage.In(caller.name(), body);
    }
    if (gatekeeper.isUnnamed(caller)) {
      return new Passage.Out(refusal(gatekeeper.nothingShown()));
    }
    count("scope");
    return new Passage.Out(
        HttpResponse.text(FORBIDDEN, "these credentials lack the scope " + access.words()));
  }

  private HttpResponse refusal(Verdict.Unknown unknown) {
    count(unknown.reason());
    return HttpResponse.text(UNAUTHORIZED, unknown.why()).with("WWW-Authenticate", unknown.challenge());
  }

  private void count(String reason) {
    Counter.builder("marmoset.auth.refused").description("requests and calls refused for their credentials")
        .tag("door", "http").tag("reason", reason).register(registry).increment();
  }
}
