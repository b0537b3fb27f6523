package dev.marmoset.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.conformance.Case.Setup;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
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
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
  /// The window of the busiest store behind its restart: far shorter, and nothing may be missing for it.
  private static final Duration SHORTENED = Duration.ofMinutes(5);

  /// What has happened since the rows ran. A further state (after the cut of the windows) is one more constant with its
  /// way to get there.
  private enum State {
    WRITTEN {
      @Override
      ConformanceStore reach(ConformanceStore store, Setup setup) {
        return store;
      }
    },
    RESTARTED {
      @Override
      ConformanceStore reach(ConformanceStore store, Setup setup) throws Exception {
        return store.restart(setup == Setup.DAY ? SHORTENED : window(setup));
      }
    };

    /// From the state before to this one.
    abstract ConformanceStore reach(ConformanceStore store, Setup setup) throws Exception;
  }

  /// A row that has run.
  ///
  /// @param failure what went wrong; empty if nothing did
  private record Outcome(Case row, String id, List<Throwable> failure,
      Map<Map<String, String>, SortedMap<Long, String>> held) {}

  private final List<Outcome> outcomes = new ArrayList<>();
  private final Map<State, Map<Setup, Content>> contents = new EnumMap<>(State.class);

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
            store = state.reach(store, setup);
            contents.computeIfAbsent(state, _ -> new EnumMap<>(Setup.class)).put(setup, store.content());
          }
        } finally {
          store.close();
        }
      }
    }
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
    var served = new HashMap<Map<String, String>, SortedMap<Long, String>>();
    served(state, row.store()).series().forEach((labels, samples) -> {
      if (labels.getOrDefault("__name__", "").startsWith(outcome.id())) {
        served.put(labels, samples);
      }
    });
    assertThat(served).isEqualTo(outcome.held());
  }

  @Test
  void nothingElseIsServed() {
    for (State state : State.values()) {
      for (Setup setup : Setup.values()) {
        long rows = outcomes.stream().filter(outcome -> outcome.row().store() == setup)
            .mapToLong(outcome -> outcome.held().size()).sum();
        assertThat(served(state, setup).series().size()).as("series of %s %s", setup, state)
            .isEqualTo((int) rows);
      }
    }
  }

  private Content served(State state, Setup setup) {
    return contents.getOrDefault(state, Map.of()).getOrDefault(setup, new Content(Map.of()));
  }
}
