package dev.marmoset.server.cli;

import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.Chunk;
import dev.marmoset.proto.thanos.LabelMatcher;
import dev.marmoset.proto.thanos.Series;
import dev.marmoset.proto.thanos.SeriesRequest;
import dev.marmoset.proto.thanos.SeriesResponse;
import dev.marmoset.proto.thanos.StoreGrpc;
import dev.marmoset.server.config.HostPort;
import dev.marmoset.storage.chunk.XorIterator;
import dev.marmoset.storage.labels.Label;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.Matcher.InvalidMatcherException;
import dev.marmoset.storage.labels.SelectorParser;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Asks a running store for series over the StoreAPI.
public final class SeriesCommand {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final InstantSource clock;

  /// @param clock says what "now" is
  public SeriesCommand(InstantSource clock) {
    this.clock = clock;
  }

  /// What came of asking.
  public sealed interface Outcome {
    /// The answer.
    ///
    /// @param text ready to print
    record Answer(String text) implements Outcome {}

    /// There is no answer.
    ///
    /// @param why what was asked of whom, what went wrong, and what may help
    record Problem(String why) implements Outcome {}
  }

  /// Asks and formats the answer.
  public Outcome run(Invocation.Series query) {
    List<Matcher> matchers;
    try {
      matchers = SelectorParser.parse(query.selector());
    } catch (InvalidMatcherException e) {
      return new Outcome.Problem(String.valueOf(e.getMessage()));
    }
    if (matchers.stream().allMatch(Matcher::matchesEmpty)) {
      return new Outcome.Problem("selector " + query.selector()
          + " selects everything: give a metric name or at least one matcher that does not match the empty value");
    }
    long now = clock.millis();
    var request = SeriesRequest.newBuilder().setMinTime(now - query.since().toMillis()).setMaxTime(now);
    matchers.forEach(matcher -> request.addMatchers(toWire(matcher)));
    ManagedChannel channel;
    try {
      channel = StoreChannel.to(query.address(), query.access());
    } catch (IOException e) {
      return new Outcome.Problem(String.valueOf(e.getMessage()));
    }
    try {
      var found = collect(channel, request.build());
      return new Outcome.Answer(query.json() ? SeriesPrinter.json(found) : SeriesPrinter.table(found, query));
    } catch (StatusRuntimeException e) {
      return new Outcome.Problem(explain(query, e.getStatus()));
    } finally {
      channel.shutdownNow();
    }
  }

  /// One series and the end of its data.
  ///
  /// @param labels    all labels, external ones included
  /// @param samples   number of samples in the range
  /// @param lastTime  time of the newest, ms
  /// @param lastValue its value; empty for a histogram
  record Found(Labels labels, long samples, long lastTime, Optional<Double> lastValue) {
    Found and(Found other) {
      var newest = other.lastTime > lastTime ? other : this;
      return new Found(labels, samples + other.samples, newest.lastTime, newest.lastValue);
    }
  }

  private static List<Found> collect(ManagedChannel channel, SeriesRequest request) {
    var byLabels = new HashMap<Labels, Found>();
    StoreGrpc.newBlockingStub(channel).withDeadlineAfter(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
        .series(request)
        .forEachRemaining(response -> series(response)
            .forEach(
                series -> summary(series, request).ifPresent(f -> byLabels.merge(f.labels, f, Found::and))));
    return byLabels.entrySet().stream().sorted(Map.Entry.comparingByKey()).map(Map.Entry::getValue).toList();
  }

  private static List<Series> series(SeriesResponse response) {
    return switch (response.getResultCase()) {
      case SERIES -> List.of(response.getSeries());
      case BATCH -> response.getBatch().getSeriesList();
      case WARNING -> throw Status.ABORTED.withDescription(response.getWarning()).asRuntimeException();
      case HINTS, RESULT_NOT_SET -> List.of();
    };
  }

  /// Chunks are sent whole; what lies outside the range asked for is left out. Empty if nothing lies inside.
  private static Optional<Found> summary(Series series, SeriesRequest request) {
    var pairs = new ArrayList<Label>();
    series.getLabelsList().forEach(label -> pairs.add(new Label(label.getName(), label.getValue())));
    var labels = Labels.of(pairs);
    return series.getChunksList().stream().map(chunk -> summary(labels, chunk, request))
        .filter(found -> found.samples > 0).reduce(Found::and);
  }

  private static Found summary(Labels labels, AggrChunk chunk, SeriesRequest request) {
    byte[] data = chunk.getRaw().getData().toByteArray();
    if (chunk.getRaw().getType() != Chunk.Encoding.XOR) {
      int samples = data.length < 2 ? 0 : ((data[0] & 0xFF) << Byte.SIZE) | (data[1] & 0xFF);
      return new Found(labels, samples, chunk.getMaxTime(), Optional.empty());
    }
    long samples = 0;
    long lastTime = 0;
    double lastValue = 0;
    var iterator = new XorIterator().reset(data, 0, data.length);
    while (iterator.next()) {
      if (iterator.time() >= request.getMinTime() && iterator.time() <= request.getMaxTime()) {
        samples++;
        lastTime = iterator.time();
        lastValue = Double.longBitsToDouble(iterator.valueBits());
      }
    }
    iterator.corruption().ifPresent(what -> {
      throw Status.DATA_LOSS.withDescription("a chunk of " + labels + ": " + what).asRuntimeException();
    });
    return new Found(labels, samples, lastTime, Optional.of(lastValue));
  }

  private static LabelMatcher toWire(Matcher matcher) {
    var wire = LabelMatcher.newBuilder().setName(matcher.name());
    return switch (matcher) {
      case Matcher.Equal(_, String value) -> wire.setType(LabelMatcher.Type.EQ).setValue(value).build();
      case Matcher.NotEqual(_, String value) -> wire.setType(LabelMatcher.Type.NEQ).setValue(value).build();
      case Matcher.Regex(_, var pattern) ->
        wire.setType(LabelMatcher.Type.RE).setValue(pattern.text()).build();
      case Matcher.NotRegex(_, var pattern) ->
        wire.setType(LabelMatcher.Type.NRE).setValue(pattern.text()).build();
    };
  }

  private static String explain(Invocation.Series query, Status status) {
    HostPort address = query.address();
    String said = status.getDescription() == null ? status.getCode().name() : status.getDescription();
    return switch (status.getCode()) {
      case UNAVAILABLE -> refused(status)
          ? "nothing listens on " + address
              + "; start the store with ./marmoset, or name its gRPC address with"
              + " --grpc-address"
          : unavailable(query, status, said);
      case DEADLINE_EXCEEDED ->
        "the store at " + address + " has not answered within " + PATIENCE.toSeconds() + "s";
      case UNIMPLEMENTED -> "what listens on " + address + " is no store: " + said;
      case UNAUTHENTICATED -> "the store at " + address + " wants to know who asks: " + said
          + "; --bearer-token-file, --basic-auth-user or a client certificate says it";
      default -> "the store at " + address + " refused: " + said;
    };
  }

  /// A handshake that fails, on either side, looks like a store that is not there.
  private static String unavailable(Invocation.Series query, Status status, String said) {
    Throwable cause = status.getCause();
    String why = cause == null || cause.getMessage() == null ? said : said + " (" + cause.getMessage() + ")";
    if (query.access().tls().isPresent()) {
      return "the store at " + query.address() + " does not answer over TLS: " + why;
    }
    return "the store at " + query.address() + " does not answer queries now: " + why
        + "; if it speaks TLS: --grpc-client-tls-secure";
  }

  private static boolean refused(Status status) {
    return status.getCause() instanceof ConnectException
        || (status.getCause() != null && status.getCause().getCause() instanceof ConnectException);
  }
}
