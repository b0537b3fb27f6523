package dev.marmoset.ingest;

import dev.marmoset.ingest.Ingester.Verdict;
import dev.marmoset.ingest.WriteOutcome.Written;
import dev.marmoset.ingest.body.BodyForm;
import dev.marmoset.ingest.body.BodyResult;
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
import org.jspecify.annotations.Nullable;

/// Answers remote-write requests, 1.0 and 2.0: the only place on the write path that chooses status codes.
///
/// | answer | when                                                                                  |
/// |--------|---------------------------------------------------------------------------------------|
/// | 204    | all is fsynced and visible, or there was nothing to store (200 if so configured)       |
/// | 400    | something is refused for good; everything else of the request is stored                |
/// | 405    | not POST                                                                               |
/// | 413    | over a cap                                                                             |
/// | 415    | content type or content encoding that is not taken, whatever the body is               |
/// | 503    | not stored for a reason that passes; never for what a retry cannot heal                |
///
/// Thread-safe. A call runs on its caller's thread, which is meant to be a virtual one, and blocks until the log has
/// answered or [IngestLimits#commitTimeout] is over.
public final class RemoteWriteHandler {
  private static final int BAD_REQUEST = 400;
  private static final int METHOD_NOT_ALLOWED = 405;
  private static final int TOO_LARGE = 413;
  private static final int UNSUPPORTED_MEDIA_TYPE = 415;
  private static final int UNAVAILABLE = 503;
  /// Small, because it replaces the sender's own backoff.
  private static final String RETRY_AFTER_SECONDS = "1";
  private static final String WRITTEN_PREFIX = "X-Prometheus-Remote-Write-";

  private final WorkspacePool workspaces;
  private final IngestLimits limits;
  private final WriteGate gate;
  private final IngestMetrics metrics;
  private final int successStatus;

  /// What is configured about writes.
  ///
  /// @param limits        sizes and times
  /// @param successStatus 204, or 200 for senders that test for it
  /// @param replicaLabel  name of the label that tells replicas apart
  public record Options(IngestLimits limits, int successStatus, String replicaLabel) {
    /// Checks the status and the label.
    public Options {
      if (successStatus != 204 && successStatus != 200) {
        throw new IllegalArgumentException(
            "success status of writes is " + successStatus + ", expected 204 or 200");
      }
      if (replicaLabel.isEmpty()) {
        throw new IllegalArgumentException("name of the replica label is empty");
      }
    }

    /// The defaults: 204, `marmoset_replica`.
    public static Options defaults() {
      return new Options(IngestLimits.defaults(), 204, "marmoset_replica");
    }
  }

  /// @param storage takes the samples
  /// @param gate    asked before a body is read
  public RemoteWriteHandler(Storage storage, WriteGate gate, IngestMetrics metrics, Options options) {
    this.limits = options.limits();
    this.gate = gate;
    this.metrics = metrics;
    this.successStatus = options.successStatus();
    int kept = 2 * Runtime.getRuntime().availableProcessors();
    this.workspaces = new WorkspacePool(storage, limits, options.replicaLabel(), kept);
  }

  /// Answers one request.
  ///
  /// @param body read as far as needed, not closed; an I/O error while reading is answered with 503
  public WriteResponse handle(WriteRequestHead head, InputStream body) {
    Optional<WireVersion> version = WireVersion.ofContentType(head.contentType());
    WriteResponse response = judgeHead(head, version);
    if (response == null) {
      response = write(head, version.orElseThrow(), body);
    }
    metrics.answered(version.map(WireVersion::number).orElse("unknown"), response.status());
    return response;
  }

  /// Refuses by the head alone, in the order that the protocol's conformance suite expects.
  private @Nullable WriteResponse judgeHead(WriteRequestHead head, Optional<WireVersion> version) {
    if (!head.method().equals("POST")) {
      return text(METHOD_NOT_ALLOWED, Map.of("Allow", "POST"),
          "method is " + head.method() + ", expected POST");
    }
    if (version.isEmpty()) {
      return text(UNSUPPORTED_MEDIA_TYPE, Map.of(), "Content-Type \"" + head.contentType()
          + "\" is not taken, expected application/x-protobuf with proto=prometheus.WriteRequest"
          + " or proto=io.prometheus.write.v2.Request");
    }
    if (!isSniffed(head) && !isIdentity(head)) {
      return refused(version.get(), UNSUPPORTED_MEDIA_TYPE,
          "Content-Encoding \"" + head.contentEncoding() + "\" is not taken, expected snappy");
    }
    return switch (gate.state()) {
      case OPEN -> null;
      case STARTING -> unavailable("the log is not open yet");
      case OVERLOADED -> unavailable("the heap is nearly full");
      case DRAINING -> text(UNAVAILABLE, Map.of("Connection", "close"), "shutting down");
    };
  }

  private static boolean isSniffed(WriteRequestHead head) {
    String encoding = head.contentEncoding().strip();
    return encoding.isEmpty() || encoding.equalsIgnoreCase("snappy");
  }

  private static boolean isIdentity(WriteRequestHead head) {
    return head.contentEncoding().strip().equalsIgnoreCase("identity");
  }

  private WriteResponse write(WriteRequestHead head, WireVersion version, InputStream body) {
    Workspace workspace = workspaces.take();
    if (workspace == null) {
      return unavailable("too many requests are in flight");
    }
    Verdict verdict;
    try {
      BodyResult result = workspace.body.read(body, head.contentLength(), isSniffed(head));
      if (!(result instanceof BodyResult.Complete complete)) {
        return refused(version, result);
      }
      WriteResponse fault = refused(version, complete.form(), workspace.decode(version));
      if (fault != null) {
        return fault;
      }
      countLeniency(head, complete.form());
      verdict = workspace.ingester.ingest(workspace.batch, workspace.stats);
      if (verdict == null) {
        fault = refused(version, complete.form(), workspace.decodeFully(version));
        if (fault != null) {
          return fault;
        }
        verdict = Objects.requireNonNull(workspace.ingester.ingest(workspace.batch, workspace.stats));
      }
      metrics.tolerated(head.senderName(), workspace.batch, workspace.stats);
    } finally {
      workspaces.give(workspace);
    }
    // The workspace is back in the pool before the wait: a group commit may take a second on a network file system.
    WriteOutcome outcome = await(verdict);
    if (!(outcome instanceof WriteOutcome.Unavailable)) {
      // Not before: the retry of a 503 is judged again.
      metrics.refused(head.senderName(), verdict.refused());
    }
    return answer(head, version, outcome);
  }

  private void countLeniency(WriteRequestHead head, BodyForm form) {
    if (head.contentType().isBlank()) {
      metrics.lenient(head.senderName(), Leniency.NO_CONTENT_TYPE);
    }
    if (head.contentEncoding().isBlank()) {
      metrics.lenient(head.senderName(), Leniency.NO_CONTENT_ENCODING);
    }
    if (form != BodyForm.SNAPPY && !isIdentity(head)) {
      metrics.lenient(head.senderName(), Leniency.of(form));
    }
  }

  private WriteOutcome await(Verdict verdict) {
    try {
      CommitOutcome outcome = verdict.commit().get(limits.commitTimeout().toMillis(), TimeUnit.MILLISECONDS);
      return switch (outcome) {
        case CommitOutcome.Durable _ -> verdict.ifDurable();
        case CommitOutcome.Unavailable unavailable -> new WriteOutcome.Unavailable(unavailable.reason());
      };
    } catch (TimeoutException _) {
      return new WriteOutcome.Unavailable(
          "the log has not confirmed the samples within " + limits.commitTimeout().toMillis() + " ms");
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return new WriteOutcome.Unavailable("waiting for the log was interrupted");
    } catch (ExecutionException e) {
      throw new IllegalStateException("a commit completed exceptionally, which storage excludes",
          e.getCause());
    }
  }

  private WriteResponse answer(WriteRequestHead head, WireVersion version, WriteOutcome outcome) {
    return switch (outcome) {
      case WriteOutcome.Accepted(Written written) -> {
        metrics.written(head.senderName(), version, written);
        yield new WriteResponse(successStatus, written(version, written), "");
      }
      case WriteOutcome.Partial(Written written, String text) -> {
        metrics.written(head.senderName(), version, written);
        yield text(BAD_REQUEST, written(version, written), text);
      }
      case WriteOutcome.Rejected(String text) -> refused(version, BAD_REQUEST, text);
      case WriteOutcome.Unavailable(String reason) -> unavailable(reason);
    };
  }

  private static WriteResponse refused(WireVersion version, BodyResult result) {
    return switch (result) {
      case BodyResult.TooLarge(String text) -> refused(version, TOO_LARGE, text);
      case BodyResult.Unsupported(String text) -> refused(version, UNSUPPORTED_MEDIA_TYPE, text);
      case BodyResult.Undecodable(String text) -> refused(version, BAD_REQUEST, text);
      case BodyResult.Unavailable(String text) -> unavailable(text);
      case BodyResult.Complete _ -> throw new IllegalArgumentException("a complete body is not refused");
    };
  }

  private static @Nullable WriteResponse refused(WireVersion version, BodyForm form, Decoded decoded) {
    return switch (decoded) {
      case Decoded.Complete _ -> null;
      case Decoded.OtherVersion _ -> refused(version, BAD_REQUEST, "Content-Type names remote write "
          + version.number() + ", the body is a message of remote write " + version.other().number());
      case Decoded.Malformed malformed -> switch (malformed.fault()) {
        case NO_MEMORY -> unavailable(malformed.fault().text());
        case OVERSIZED -> refused(version, TOO_LARGE, malformedText(version, form, malformed));
        default -> refused(version, BAD_REQUEST, malformedText(version, form, malformed));
      };
    };
  }

  private static String malformedText(WireVersion version, BodyForm form, Decoded.Malformed malformed) {
    return "body (" + form.name().toLowerCase(Locale.ROOT) + ") is no message of remote write "
        + version.number()
        + ": " + malformed.fault().text() + " at byte " + malformed.offset() + " of the decoded body";
  }

  private static WriteResponse refused(WireVersion version, int status, String text) {
    return text(status, written(version, Written.NOTHING), text);
  }

  private static WriteResponse unavailable(String reason) {
    return text(UNAVAILABLE, Map.of("Retry-After", RETRY_AFTER_SECONDS), reason);
  }

  /// A sender of 2.0 takes three absent or zero counters behind a 2xx for a loss; a sender of 1.0 expects none.
  private static Map<String, String> written(WireVersion version, Written written) {
    return switch (version) {
      case V1 -> Map.of();
      case V2 -> Map.of(WRITTEN_PREFIX + "Samples-Written", Integer.toString(written.samples()),
          WRITTEN_PREFIX + "Histograms-Written", Integer.toString(written.histograms()),
          WRITTEN_PREFIX + "Exemplars-Written", Integer.toString(written.exemplars()));
    };
  }

  private static WriteResponse text(int status, Map<String, String> headers, String text) {
    var all = new HashMap<>(headers);
    all.put("Content-Type", "text/plain; charset=utf-8");
    return new WriteResponse(status, all, RefusalText.fitting(text, RefusalText.MAX_BYTES));
  }
}
