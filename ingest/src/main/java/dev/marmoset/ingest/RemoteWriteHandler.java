package dev.marmoset.ingest;

import dev.marmoset.ingest.Ledger.Received;
import dev.marmoset.ingest.account.Lateness;
import dev.marmoset.ingest.account.Origin;
import dev.marmoset.ingest.account.Sender;
import dev.marmoset.ingest.account.Tally;
import dev.marmoset.ingest.body.BodyForm;
import dev.marmoset.ingest.body.BodyResult;
import dev.marmoset.ingest.body.RequestBody;
import dev.marmoset.ingest.decode.Decoded;
import dev.marmoset.ingest.decode.RejectReason;
import dev.marmoset.ingest.decode.WriteBatch;
import dev.marmoset.ingest.verdict.Ingester.Verdict;
import dev.marmoset.ingest.verdict.RefusalText;
import dev.marmoset.ingest.verdict.WriteOutcome;
import dev.marmoset.ingest.verdict.WriteOutcome.Written;
import dev.marmoset.ingest.wire.WireFault;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.Storage;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Answers remote-write requests, 1.0 and 2.0: the only place on the write path that chooses status codes.
///
/// | answer | when                                                                                  |
/// |--------|---------------------------------------------------------------------------------------|
/// | 204    | all is fsynced and visible, or there was nothing to store (200 if so configured)       |
/// | 400    | something is refused for good; everything else of the request is stored (409 or 204 if so configured) |
/// | 405    | not POST                                                                               |
/// | 413    | over a cap                                                                             |
/// | 415    | content type or content encoding that is not taken, whatever the body is               |
/// | 429    | the sender sends more than it may per second; only where such a limit is configured    |
/// | 503    | not stored for a reason that passes; never for what a retry cannot heal                |
///
/// Thread-safe. A call runs on its caller's thread, which is meant to be a virtual one, and blocks until the log has
/// answered or [dev.marmoset.ingest.decode.IngestLimits#commitTimeout] is over.
public final class RemoteWriteHandler {
  private static final int BAD_REQUEST = 400;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int TOO_LARGE = 413;
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;
  private static final int TOO_MANY_REQUESTS = 429;
  private static final int UNAVAILABLE = 503;
  private static final int NO_CONTENT = 204;
  /// Longest wait that is asked for: it replaces the sender's own backoff, which ends at 5 s.
  private static final long MAX_RETRY_AFTER_SECONDS = 5;
  private static final String WRITTEN_PREFIX = "X-Prometheus-Remote-Write-";
  private static final String RESULT = "X-Marmoset-Result";

  private final WorkspacePool workspaces;
  private final WriteOptions options;
  private final WriteGate gate;
  private final Ledger ledger;
  private final IngestMetrics metrics;

  /// @param storage takes the samples
  /// @param gate    asked before a body is read
  /// @param ledger  books every request
  public RemoteWriteHandler(Storage storage, WriteGate gate, Ledger ledger, WriteOptions options) {
    this.options = options;
    this.gate = gate;
    this.ledger = ledger;
    this.metrics = ledger.metrics();
    int kept = 2 * Runtime.getRuntime().availableProcessors();
    this.workspaces = new WorkspacePool(storage, options, kept);
  }

  /// Answers one request.
  ///
  /// @param body read as far as needed, not closed; an I/O error while reading is answered with 503
  public WriteResponse handle(WriteRequestHead head, InputStream body) {
    Optional<WireVersion> version = WireVersion.ofContentType(head.contentType());
    Sender sender = ledger.senders().of(head.origin(), head.userAgent());
    var visit = new Ledger.Visit(sender, version.map(WireVersion::number).orElse("unknown"),
        tenant(head.origin()), ledger.nanos());
    Answer refusal = judgeHead(head, version, sender);
    Progress progress = refusal == null ? write(head, version.orElseThrow(), sender, body)
        : Progress.ended(0, refusal);
    Answer answer = progress.answer.get();
    WriteResponse response = response(version, answer);
    ledger.book(visit, answer, response, progress.received);
    return response;
  }

  private String tenant(Origin origin) {
    return origin.tenant().isEmpty()
        ? options.tenancy().map(Tenancy::defaultTenant).orElse(IngestMetrics.DEFAULT_TENANT)
        : origin.tenant();
  }

  /// Refuses by the head alone, in the order that the protocol's conformance suite expects.
  private @Nullable Answer judgeHead(WriteRequestHead head, Optional<WireVersion> version, Sender sender) {
    if (!head.method().equals("POST")) {
      return Answer.refused(RequestRefusal.METHOD, "method is " + head.method() + ", expected POST");
    }
    if (version.isEmpty()) {
      return Answer.refused(RequestRefusal.MEDIA_TYPE, "Content-Type \"" + head.contentType()
          + "\" is not taken, expected application/x-protobuf with proto=prometheus.WriteRequest"
          + " or proto=io.prometheus.write.v2.Request");
    }
    if (!isSniffed(head) && !isIdentity(head)) {
      return Answer.refused(RequestRefusal.CONTENT_ENCODING,
          "Content-Encoding \"" + head.contentEncoding() + "\" is not taken, expected snappy");
    }
    String tenant = head.origin().tenant();
    if (options.tenancy().isPresent() && !tenant.isEmpty() && !Tenancy.problem(tenant).isEmpty()) {
      return Answer.refused(RequestRefusal.TENANT, Tenancy.problem(tenant));
    }
    return switch (gate.state()) {
      case OPEN -> judgeRate(sender);
      case STARTING -> Answer.refused(RequestRefusal.STARTING, "the log is not open yet");
      case OVERLOADED -> Answer.refused(RequestRefusal.OVERLOADED, "the heap is nearly full");
      case DRAINING -> Answer.refused(RequestRefusal.DRAINING, "shutting down");
    };
  }

  private @Nullable Answer judgeRate(Sender sender) {
    long wait = sender.secondsToWait(ledger.nanos());
    return wait == 0 ? null
        : new Answer.Refused(RequestRefusal.SENDER_RATE, Tally.NOTHING, "sender " + sender.name()
            + " may send " + ledger.senders().limits().samplesPerSecond()
            + " samples per second (--receive.sender-max-samples-per-second); send again in " + wait + "s",
            Math.min(wait, MAX_RETRY_AFTER_SECONDS));
  }

  private static boolean isSniffed(WriteRequestHead head) {
    String encoding = head.contentEncoding().strip();
    return encoding.isEmpty() || encoding.equalsIgnoreCase("snappy");
  }

  private static boolean isIdentity(WriteRequestHead head) {
    return head.contentEncoding().strip().equalsIgnoreCase("identity");
  }

  /// How far a request has come.
  ///
  /// @param received what was read of it
  /// @param answer   waits for the log if it must
  private record Progress(Received received, Supplier<Answer> answer) {
    static Progress ended(long bytes, Answer answer) {
      return new Progress(Received.undecoded(bytes), () -> answer);
    }
  }

  /// Reads, decodes and judges. A workspace is taken when the body is here, and back in the pool before the wait for the
  /// log: a sender may take seconds for its body, and a group commit a second on a network file system.
  private Progress write(WriteRequestHead head, WireVersion version, Sender sender, InputStream in) {
    RequestBody body = workspaces.takeBody();
    try {
      BodyResult fault = body.receive(in, head.contentLength());
      if (fault != null) {
        return Progress.ended(body.receivedBytes(), refused(fault));
      }
      Workspace workspace = workspaces.take();
      if (workspace == null) {
        return Progress.ended(body.receivedBytes(),
            Answer.refused(RequestRefusal.MEMORY_IN_FLIGHT, "too many requests are in flight"));
      }
      try {
        return work(head, version, sender, body, workspace);
      } finally {
        workspaces.give(workspace);
      }
    } finally {
      workspaces.give(body);
    }
  }

  private Progress work(WriteRequestHead head, WireVersion version, Sender sender, RequestBody body,
      Workspace workspace) {
    long bytes = body.receivedBytes();
    BodyResult result = body.decompress(isSniffed(head));
    if (!(result instanceof BodyResult.Complete complete)) {
      return Progress.ended(bytes, refused(result));
    }
    Answer fault = refused(version, complete.form(), decode(head, version, body, workspace));
    if (fault != null) {
      return Progress.ended(bytes, fault);
    }
    countLeniency(head, sender.name(), complete.form());
    Verdict known = judge(workspace, sender);
    if (known == null) {
      fault = refused(version, complete.form(), workspace.decodeFully(version, body));
      if (fault != null) {
        return Progress.ended(bytes, fault);
      }
    }
    Verdict verdict = known == null ? Objects.requireNonNull(judge(workspace, sender)) : known;
    WriteBatch batch = workspace.batch;
    var received = new Received(bytes, batch.series(), batch.samples() + batch.histograms().size());
    return new Progress(received, () -> answer(sender, version, verdict));
  }

  /// Null when the message has to be read again, see [dev.marmoset.ingest.verdict.Ingester#ingest].
  private @Nullable Verdict judge(Workspace workspace, Sender sender) {
    WriteBatch batch = workspace.batch;
    Verdict verdict = workspace.ingester.ingest(batch, workspace.stats, () -> seriesRefusal(sender));
    if (verdict != null) {
      sender.sent(batch.samples() + batch.histograms().size() + batch.exemplars().size(), ledger.nanos());
      metrics.tolerated(sender.name(), batch, workspace.stats);
    }
    return verdict;
  }

  private Decoded decode(WriteRequestHead head, WireVersion version, RequestBody body, Workspace workspace) {
    Decoded decoded = workspace.decode(version, body);
    if (decoded instanceof Decoded.Complete && options.tenancy().isPresent()) {
      String tenant = head.origin().tenant();
      workspace.tenants.apply(workspace.batch,
          tenant.isEmpty() ? options.tenancy().get().defaultTenant() : tenant);
      return workspace.batch.starved() ? new Decoded.Malformed(WireFault.NO_MEMORY, 0) : decoded;
    }
    return decoded;
  }

  private @Nullable RejectReason seriesRefusal(Sender sender) {
    return switch (ledger.senders().admitSeries(sender)) {
      case ADMITTED -> null;
      case TOO_FAST -> RejectReason.NEW_SERIES_RATE;
      case OVER_QUOTA -> RejectReason.SENDER_SERIES_LIMIT;
    };
  }

  private void countLeniency(WriteRequestHead head, String sender, BodyForm form) {
    if (head.contentType().isBlank()) {
      metrics.lenient(sender, Leniency.NO_CONTENT_TYPE);
    }
    if (head.contentEncoding().isBlank()) {
      metrics.lenient(sender, Leniency.NO_CONTENT_ENCODING);
    }
    if (form != BodyForm.SNAPPY && !isIdentity(head)) {
      metrics.lenient(sender, Leniency.of(form));
    }
  }

  /// Waits for the log and counts what then holds.
  private Answer answer(Sender sender, WireVersion version, Verdict verdict) {
    return switch (await(verdict)) {
      case WriteOutcome.Accepted(Written written) -> judged(sender, version, verdict, written, "");
      case WriteOutcome.Partial(Written written, String text) ->
        judged(sender, version, verdict, written, text);
      case WriteOutcome.Rejected(String text) -> judged(sender, version, verdict, Written.NOTHING, text);
      case WriteOutcome.Throttled(Written written, String text) -> {
        judged(sender, version, verdict, written, text);
        yield new Answer.Refused(RequestRefusal.NEW_SERIES_RATE, verdict.tally(), text, 1);
      }
      // Nothing is counted: the retry is judged again.
      case WriteOutcome.Unavailable(String reason) -> Answer.refused(RequestRefusal.LOG, reason);
    };
  }

  private Answer judged(Sender sender, WireVersion version, Verdict verdict, Written written, String text) {
    metrics.written(sender.name(), version, written);
    metrics.refused(sender.name(), verdict.refused());
    Lateness.Counts ages = verdict.ages();
    if (ages != null) {
      ledger.lateness().add(ages);
    }
    return new Answer.Judged(written, verdict.tally(), text);
  }

  private WriteOutcome await(Verdict verdict) {
    long patience = options.limits().commitTimeout().toMillis();
    try {
      CommitOutcome outcome = verdict.commit().get(patience, TimeUnit.MILLISECONDS);
      return switch (outcome) {
        case CommitOutcome.Durable _ -> verdict.ifDurable();
        case CommitOutcome.Unavailable unavailable -> new WriteOutcome.Unavailable(unavailable.reason());
      };
    } catch (TimeoutException _) {
      return new WriteOutcome.Unavailable(
          "the log has not confirmed the samples within " + patience + " ms");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new WriteOutcome.Unavailable("waiting for the log was interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a commit completed exceptionally, which storage excludes",
          e.getCause());
    }
  }

  private static Answer refused(BodyResult result) {
    return switch (result) {
      case BodyResult.TooLarge(boolean decoded, String text) ->
        Answer.refused(decoded ? RequestRefusal.DECODED_BYTES : RequestRefusal.BODY_BYTES, text);
      case BodyResult.Unsupported(String text) -> Answer.refused(RequestRefusal.CONTENT_ENCODING, text);
      case BodyResult.Undecodable(String text) -> Answer.refused(RequestRefusal.UNDECODABLE, text);
      case BodyResult.Unavailable(boolean brokenOff, String text) ->
        Answer.refused(brokenOff ? RequestRefusal.BROKEN_OFF : RequestRefusal.MEMORY_IN_FLIGHT, text);
      case BodyResult.Complete _ -> throw new IllegalArgumentException("a complete body is not refused");
    };
  }

  private static @Nullable Answer refused(WireVersion version, BodyForm form, Decoded decoded) {
    return switch (decoded) {
      case Decoded.Complete _ -> null;
      case Decoded.OtherVersion _ -> Answer.refused(RequestRefusal.OTHER_VERSION,
          "Content-Type names remote write " + version.number() + ", the body is a message of remote write "
              + version.other().number());
      case Decoded.Malformed malformed -> switch (malformed.fault()) {
        case NO_MEMORY -> Answer.refused(RequestRefusal.MEMORY_IN_FLIGHT, malformed.fault().text());
        case OVERSIZED -> Answer.refused(RequestRefusal.SAMPLES_PER_REQUEST, text(version, form, malformed));
        default -> Answer.refused(RequestRefusal.UNDECODABLE, text(version, form, malformed));
      };
    };
  }

  private static String text(WireVersion version, BodyForm form, Decoded.Malformed malformed) {
    return "body (" + form.name().toLowerCase(Locale.ROOT) + ") is no message of remote write "
        + version.number()
        + ": " + malformed.fault().text() + " at byte " + malformed.offset() + " of the decoded body";
  }

  private WriteResponse response(Optional<WireVersion> version, Answer answer) {
    int status = status(answer);
    var headers = new HashMap<String, String>();
    headers.put(RESULT, result(answer));
    if (status < 500 && status != METHOD_NOT_ALLOWED && version.isPresent()) {
      addWritten(headers, version.get(),
          answer instanceof Answer.Judged(Written written, _, _) ? written : Written.NOTHING);
    }
    if (answer instanceof Answer.Refused refused) {
      addAdvice(headers, refused);
    }
    if (status == NO_CONTENT || answer.text().isEmpty()) {
      return new WriteResponse(status, headers, "");
    }
    headers.put("Content-Type", "text/plain; charset=utf-8");
    return new WriteResponse(status, headers, RefusalText.fitting(answer.text(), RefusalText.MAX_BYTES));
  }

  private int status(Answer answer) {
    return switch (answer) {
      case Answer.Judged(_, _, String text) ->
        text.isEmpty() ? options.statuses().success() : options.statuses().refusal();
      case Answer.Refused refused -> switch (refused.why()) {
        case METHOD -> METHOD_NOT_ALLOWED;
        case MEDIA_TYPE, CONTENT_ENCODING -> UNSUPPORTED_MEDIA_TYPE;
        case TENANT, UNDECODABLE, OTHER_VERSION -> BAD_REQUEST;
        case BODY_BYTES, DECODED_BYTES, SAMPLES_PER_REQUEST -> TOO_LARGE;
        case SENDER_RATE -> TOO_MANY_REQUESTS;
        case STARTING, OVERLOADED, DRAINING, MEMORY_IN_FLIGHT, BROKEN_OFF, NEW_SERIES_RATE, LOG ->
          UNAVAILABLE;
      };
    };
  }

  /// The counts, and why the request was refused as a whole.
  private static String result(Answer answer) {
    String counts = answer.tally().header();
    return answer instanceof Answer.Refused refused && answer.tally().reasons().isEmpty()
        ? counts + "; " + refused.why().tag()
        : counts;
  }

  private static void addAdvice(Map<String, String> headers, Answer.Refused refused) {
    switch (refused.why()) {
      case METHOD -> headers.put("Allow", "POST");
      case DRAINING -> headers.put("Connection", "close");
      case SENDER_RATE, STARTING, OVERLOADED, MEMORY_IN_FLIGHT, BROKEN_OFF, NEW_SERIES_RATE, LOG ->
        headers.put("Retry-After", Long.toString(refused.retryAfter()));
      case MEDIA_TYPE, CONTENT_ENCODING, TENANT, UNDECODABLE, OTHER_VERSION, BODY_BYTES, DECODED_BYTES,
          SAMPLES_PER_REQUEST -> {
        // Sending the same again does not help.
      }
    }
  }

  /// A sender of 2.0 takes three absent or zero counters behind a 2xx for a loss; a sender of 1.0 expects none.
  private static void addWritten(Map<String, String> headers, WireVersion version, Written written) {
    if (version == WireVersion.V2) {
      headers.put(WRITTEN_PREFIX + "Samples-Written", Integer.toString(written.samples()));
      headers.put(WRITTEN_PREFIX + "Histograms-Written", Integer.toString(written.histograms()));
      headers.put(WRITTEN_PREFIX + "Exemplars-Written", Integer.toString(written.exemplars()));
    }
  }
}
