package dev.marmoset.server;

import dev.marmoset.ingest.account.Receipt;
import dev.marmoset.ingest.account.Receipts;
import dev.marmoset.server.http.HttpRequest;
import dev.marmoset.server.http.HttpResponse;
import dev.marmoset.server.http.Router;
import dev.marmoset.server.json.JsonWriter;
import java.time.Instant;
import java.util.Map;
import java.util.OptionalInt;

/// `/api/v1/status/receipts`: what became of the last writes, in the document shape of Prometheus' HTTP API. Thread-safe.
///
/// | parameter       | selects                                          |
/// |-----------------|--------------------------------------------------|
/// | `sender=<name>` | the writes of one sender                         |
/// | `rejected=true` | those of which something was not taken           |
/// | `limit=<n>`     | the newest n; without it all that are remembered |
final class ReceiptsPage {
  private final Receipts receipts;

  ReceiptsPage(Receipts receipts) {
    this.receipts = receipts;
  }

  /// Adds the page to a router, for the scopes `read` and `admin`.
  void addTo(Router router) {
    router.route("GET", "/api/v1/status/receipts", "status", this::answer);
  }

  private HttpResponse answer(HttpRequest request) {
    String rejected = request.query("rejected");
    if (!rejected.isEmpty() && !rejected.equals("true") && !rejected.equals("false")) {
      return badData("parameter rejected is \"" + rejected + "\", expected true or false");
    }
    OptionalInt limit = limit(request.query("limit"));
    if (limit.isEmpty()) {
      return badData("parameter limit is \"" + request.query("limit") + "\", expected a whole number");
    }
    var json =
        new JsonWriter().object().field("status", "success").key("data").object().key("receipts").array();
    receipts.latest(request.query("sender"), rejected.equals("true"), limit.getAsInt())
        .forEach(receipt -> write(json, receipt));
    return HttpResponse.json(json.endArray().endObject().endObject().toString());
  }

  /// Empty for what is no number of receipts.
  private static OptionalInt limit(String text) {
    if (text.isEmpty()) {
      return OptionalInt.of(Integer.MAX_VALUE);
    }
    try {
      int limit = Integer.parseInt(text);
      return limit < 0 ? OptionalInt.empty() : OptionalInt.of(limit);
    } catch (NumberFormatException _) {
      return OptionalInt.empty();
    }
  }

  private static void write(JsonWriter json, Receipt receipt) {
    var tally = receipt.tally();
    json.object().field("time", Instant.ofEpochMilli(receipt.time()).toString())
        .field("sender", receipt.sender())
        .field("protocol", receipt.protocol()).field("bytes", receipt.bytes())
        .field("status", receipt.status())
        .field("durationMicros", receipt.duration().toNanos() / 1000).field("accepted", tally.accepted())
        .field("sameAgain", tally.sameAgain()).field("late", tally.late()).field("rejected", tally.rejected())
        .key("reasons").object();
    tally.reasons().forEach((reason, count) -> json.field(reason, count));
    json.endObject().field("refusal", receipt.refusal()).field("said", receipt.said()).endObject();
  }

  private static HttpResponse badData(String why) {
    return HttpResponse.of(400, Map.of("Content-Type", "application/json"), new JsonWriter().object()
        .field("status", "error").field("errorType", "bad_data").field("error", why).endObject().toString());
  }
}
