package dev.marmoset.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.marmoset.conformance.Case.Setup;
import dev.marmoset.storage.chunk.ChunkCut;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Every row of the conformance table that one store can answer: what it says, what it serves right after, and what it
/// serves in each later state. [CaseIndexTest] knows the rows that are held elsewhere.
///
/// All rows of a store run first, then everything is read once per state, so that a state costs seconds, not minutes.
/// Samples are the same in every state, without an exception. Exemplars and metadata are in memory and in the log only:
/// they survive a restart and the cut, but not a restart behind the deletion of a log that blocks have made superfluous.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
  /// The window of the busiest store behind its crash: far shorter, and nothing may be missing for it.
  private static final Duration SHORTENED = Duration.ofMinutes(5);
  /// From the rows to the cut: all their windows have ended, and late samples of windows that have blocks already have
  /// reached the age at which they are cut.
  private static final Duration TO_THE_CUT = Duration.ofMinutes(125);

  /// What has happened since the rows ran.
  private enum State {
    /// In memory, but for what a row had cut.
    WRITTEN {
      @Override
      ConformanceStore reach(ConformanceStore store, Setup setup, Path aside) {
        return store;
      }
    },
    /// Read from the log that a killed process leaves.
    CRASHED {
      @Override
      ConformanceStore reach(ConformanceStore store, Setup setup, Path aside) throws Exception {
        return store.crashed(aside, setup == Setup.DAY ? SHORTENED : window(setup));
      }
    },
    /// In blocks, parts of their windows for the most part; memory has given everything up.
    CUT {
      @Override
      ConformanceStore reach(ConformanceStore store, Setup setup, Path aside) {
        store.passUntil(TO_THE_CUT, () -> store.windowsInMemory().isEmpty());
        return store;
      }
    },
    /// In the same blocks, opened by the next process.
    REOPENED {
      @Override
      ConformanceStore reach(ConformanceStore store, Setup setup, Path aside) throws Exception {
        return store.restart();
      }
    },
    /// Merged into one final block per window.
    CLOSED {
      @Override
      ConformanceStore reach(ConformanceStore store, Setup setup, Path aside) {
        store.passUntil(window(setup), store::isClosed);
        return store;
      }
    };

    /// From the state before to this one.
    ///
    /// @param aside a directory for a store of its own; such a one is closed after it was read
    abstract ConformanceStore reach(ConformanceStore store, Setup setup, Path aside) throws Exception;
  }

  /// A row that has run.
  ///
  /// @param failure what went wrong; empty if nothing did
  private record Outcome(Case row, String id, List<Throwable> failure,
      Map<Map<String, String>, SortedMap<Long, String>> held) {}

  /// What a store serves in a state, and from where.
  ///
  /// @param inMemory windows of which something is in memory only
  /// @param blocks   how many are served
  private record Served(Content content, Annotations annotations, List<Long> inMemory, long blocks) {
    static Served by(ConformanceStore store) {
      return new Served(store.content(), store.annotations(), store.windowsInMemory(), store.blocks());
    }

    /// Starts of the windows that have samples.
    Set<Long> windows() {
      return content.series().values().stream().flatMap(samples -> samples.keySet().stream())
          .map(ChunkCut::windowStart).collect(Collectors.toSet());
    }
  }

  private final List<Outcome> outcomes = new ArrayList<>();
  private final Map<State, Map<Setup, Served>> served = new EnumMap<>(State.class);
  private Content withoutLatestBlock = new Content(Map.of());
  private long latestWindow;

  static Stream<Case> rows() {
    return Stream.of(WireCases.rows(), LabelCases.rows(), SampleCases.rows(), HistogramCases.rows(),
        FrontDoorCases.rows()).flatMap(rows -> rows);
  }

  private static Duration window(Setup setup) {
    return Duration.ofMinutes(setup.windowMinutes);
  }

  @BeforeAll
  void runAllRows(@TempDir Path directory) throws Exception {
    try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      for (Setup setup : Setup.values()) {
        var store = ConformanceStore.open(directory.resolve(setup.name()), window(setup));
        try {
          for (Case row : rows().filter(row -> row.store() == setup).toList()) {
            outcomes.add(run(row, store, http));
          }
          for (State state : State.values()) {
            var reached = state.reach(store, setup, directory.resolve(setup + "-" + state));
            served.computeIfAbsent(state, _ -> new EnumMap<>(Setup.class)).put(setup, Served.by(reached));
            if (state == State.CRASHED) {
              reached.close();
            } else {
              store = reached;
            }
          }
          if (setup == Setup.DAY) {
            loseLatestBlock(store);
          }
        } finally {
          store.close();
        }
      }
    }
  }

  private void loseLatestBlock(ConformanceStore store) throws IOException {
    latestWindow = store.damageLatestBlock();
    assertThatThrownBy(store::content).isInstanceOf(StatusRuntimeException.class);
    store.setDamagedAside();
    withoutLatestBlock = store.content();
  }

  private Outcome run(Case row, ConformanceStore store, HttpClient http) {
    var run = new CaseRun(store, http, "c%02d_%d_".formatted(row.number(), outcomes.size()));
    try {
      row.script().run(run);
      return new Outcome(row, run.id(), List.of(), run.held());
    } catch (Exception | AssertionError e) {
      return new Outcome(row, run.id(), List.of(e), run.held());
    }
  }

  private Stream<Arguments> outcomes() {
    return outcomes.stream().map(outcome -> Arguments.of(outcome.row(), outcome));
  }

  private Stream<Arguments> statesAndOutcomes() {
    return Stream.of(State.values())
        .flatMap(state -> outcomes.stream().map(outcome -> Arguments.of(state, outcome.row(), outcome)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("outcomes")
  void isAnsweredAsTheTableSays(Case row, Outcome outcome) throws Throwable {
    for (Throwable failure : outcome.failure()) {
      throw failure;
    }
    assertThat(outcome.row()).isSameAs(row);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("statesAndOutcomes")
  void isServedAsTheTableSays(State state, Case row, Outcome outcome) {
    var own = new HashMap<Map<String, String>, SortedMap<Long, String>>();
    served(state, row.store()).content().series().forEach((labels, samples) -> {
      if (labels.getOrDefault("__name__", "").startsWith(outcome.id())) {
        own.put(labels, samples);
      }
    });
    assertThat(own).isEqualTo(outcome.held());
  }

  @Test
  void nothingElseIsServed() {
    for (State state : State.values()) {
      for (Setup setup : Setup.values()) {
        long rows = outcomes.stream().filter(outcome -> outcome.row().store() == setup)
            .mapToLong(outcome -> outcome.held().size()).sum();
        assertThat(served(state, setup).content().series().size()).as("series of %s %s", setup, state)
            .isEqualTo((int) rows);
      }
    }
  }

  @Test
  void behindTheCutMemoryHasNothingAndEveryWindowItsBlocks() {
    for (Setup setup : Setup.values()) {
      assertThat(served(State.WRITTEN, setup).inMemory()).as("%s", setup).isNotEmpty();
      for (State state : List.of(State.CUT, State.REOPENED, State.CLOSED)) {
        assertThat(served(state, setup).inMemory()).as("%s %s", setup, state).isEmpty();
      }
      int windows = served(State.CLOSED, setup).windows().size();
      assertThat(served(State.CUT, setup).blocks()).as("%s", setup).isGreaterThanOrEqualTo(windows);
      assertThat(served(State.CLOSED, setup).blocks()).as("final blocks of %s", setup).isEqualTo(windows);
    }
    assertThat(served(State.CUT, Setup.DAY).blocks()).as("windows of which late samples are a further part")
        .isGreaterThan(served(State.CUT, Setup.DAY).windows().size());
  }

  /// Else the samples of the tests above might come from anywhere.
  @Test
  void whatABlockHadIsGoneWithIt() {
    var rest = new HashMap<Map<String, String>, SortedMap<Long, String>>();
    served(State.CLOSED, Setup.DAY).content().series().forEach((labels, samples) -> {
      var before = samples.headMap(latestWindow);
      if (!before.isEmpty()) {
        rest.put(labels, before);
      }
    });
    assertThat(rest).isNotEmpty();
    assertThat(withoutLatestBlock.series()).isEqualTo(rest);
  }

  @Test
  void exemplarsAndMetadataStayAsLongAsTheirLog() {
    var written = served(State.WRITTEN, Setup.DAY).annotations();
    assertThat(written.exemplars()).hasSizeGreaterThan(3);
    assertThat(written.metadata()).hasSizeGreaterThan(1);
    assertThat(served(State.CRASHED, Setup.DAY).annotations()).isEqualTo(written);
    assertThat(served(State.CUT, Setup.DAY).annotations()).isEqualTo(written);
    assertThat(written.exemplars()).containsAllEntriesOf(
        served(State.REOPENED, Setup.DAY).annotations().exemplars());
  }

  private Served served(State state, Setup setup) {
    return Objects.requireNonNull(served.getOrDefault(state, Map.of()).get(setup),
        () -> state + " of " + setup + " was not reached");
  }
}
