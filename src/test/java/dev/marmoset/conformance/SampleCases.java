package dev.marmoset.conformance;

import static dev.marmoset.conformance.Case.of;
import static dev.marmoset.conformance.CaseRun.HOUR;
import static dev.marmoset.conformance.CaseRun.MINUTE;
import static dev.marmoset.conformance.CaseRun.N;

import dev.marmoset.conformance.Case.Setup;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/// Cases 31 to 37 and 42 to 65: values, times, windows, conflicts, batches and retries.
final class SampleCases {
  private static final long STALE = 0x7ff0000000000002L;
  private static final long NAN = 0x7ff8000000000001L;

  /// Values in conflict: the loser and the winner.
  private static final long[][] PAIRS =
      {{bits(1), bits(2)}, {bits(-5), bits(-3)}, {NAN, bits(1)}, {STALE, NAN}, {STALE, bits(0)},
        {bits(-0.0), bits(0)}};

  private SampleCases() {}

  static Stream<Case> rows() {
    return Stream.of(values(), times(), windows(), conflicts(), late(), batches()).flatMap(rows -> rows);
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private static Stream<Case> values() {
    var all = LongStream
        .of(STALE, NAN, 0x7ff8000000000000L, 0xfff8000000001234L, bits(Double.POSITIVE_INFINITY),
            bits(Double.NEGATIVE_INFINITY), 1, bits(-0.0), 0x000fffffffffffffL)
        .mapToObj(bits -> of(34, "the bits %016x".formatted(bits), run -> {
          run.v1(run.up().bits(N, bits)).is(204);
          run.v2(run.up().bits(N + 1, bits)).is(204, "1/0/0");
          run.v1(run.up().bits(N - 1, bits)).is(204);
          run.holds(N - 1, bits, N, bits, N + 1, bits);
        }));
    return Stream.concat(all, Stream.of(
        of(31, "exact duplicate of the latest sample", run -> {
          run.v2(run.up().sample(N, 1)).is(204, "1/0/0");
          run.v2(run.up().sample(N, 1)).is(204, "1/0/0");
          run.holds(N, 1);
        }),
        of(32, "t of the latest sample, other value", run -> {
          run.v2(run.up().sample(N, 1)).is(204, "1/0/0");
          run.v2(run.up().sample(N, 2)).is(400, "0/0/0").says("duplicate");
          run.holds(N, 1);
        }),
        latest("0, then -0", bits(0.0), bits(-0.0), 400), latest("stale, then NaN", STALE, NAN, 400),
        latest("stale twice", STALE, STALE, 204)));
  }

  private static Case latest(String what, long first, long second, int status) {
    return of(33, what, run -> {
      run.v1(run.up().bits(N, first)).is(204);
      run.v1(run.up().bits(N, second)).is(status);
      run.holds(N, first);
    });
  }

  private static Stream<Case> times() {
    return Stream.of(
        of(35, "9 min, 10 min and more ahead", run -> {
          run.v2(run.up().sample(N + 9 * MINUTE, 1)).is(204, "1/0/0");
          run.v2(run.up().sample(N + 10 * MINUTE, 2)).is(204, "1/0/0");
          for (long ahead : new long[] {10 * MINUTE + 1, 11 * MINUTE, HOUR}) {
            run.v2(run.up().sample(N + ahead, 3)).is(400, "0/0/0").says("too far in the future", "ahead");
          }
          run.holds(N + 9 * MINUTE, 1, N + 10 * MINUTE, 2);
        }),
        of(36, "negative and extreme times", run -> {
          for (int round = 0; round < 2; round++) {
            run.v1(run.up().sample(-1, 1)).is(400).says("too old");
            run.v1(run.up().sample(Long.MIN_VALUE, 1)).is(400).says("too old");
            run.v2(run.up().sample(Long.MAX_VALUE, 1)).is(400, "0/0/0").says("too far in the future");
            run.v1(run.up().sample(N, 1)).is(204);
          }
          run.holds(N, 1);
        }),
        of(37, "3 days old with W = 24 h", run -> run.v1(run.up().sample(N - 72 * HOUR, 1)).is(400)
            .says("too old", "at most 24h old")),
        new Case(37, "3 days old with W = 96 h", Setup.FOUR_DAYS, run -> {
          run.v1(run.up().sample(N - 72 * HOUR, 1)).is(204);
          run.holds(N - 72 * HOUR, 1);
        }));
  }

  /// A sample as old as that, in a series that has a newer one and in a series of its own.
  private static Case aged(int number, Setup store, long age, int status) {
    return new Case(number, "%d min %d ms old".formatted(age / MINUTE, age % MINUTE), store, run -> {
      run.v1(new Body().metric(run.metric("_other")).sample(N, 1)).is(204);
      run.v1(run.up().sample(N, 1)).is(204);
      run.v1(run.up().sample(N - age, 2)).is(status);
      run.v2(new Body().metric(run.metric("_new")).sample(N - age, 2)).is(status,
          status == 204 ? "1/0/0" : "0/0/0");
      run.holds(Map.of("__name__", run.metric("_other")), N, 1);
      if (status == 204) {
        run.holds(N - age, 2, N, 1);
        run.holds(Map.of("__name__", run.metric("_new")), N - age, 2);
      } else {
        run.holds(N, 1);
      }
    });
  }

  private static Stream<Case> windows() {
    long day = 24 * HOUR;
    return Stream.of(aged(42, Setup.DAY, 59 * MINUTE, 204), aged(43, Setup.FIVE_MINUTES, 5 * MINUTE, 204),
        aged(43, Setup.FIVE_MINUTES, 5 * MINUTE + 1, 400), aged(44, Setup.DAY, 61 * MINUTE, 204),
        aged(44, Setup.DAY, 23 * HOUR, 204), aged(44, Setup.FIVE_MINUTES, 4 * MINUTE, 204),
        aged(44, Setup.FIVE_MINUTES, 6 * MINUTE, 400), aged(48, Setup.DAY, day, 204),
        aged(48, Setup.DAY, day + 1, 400), aged(49, Setup.DAY, 61 * MINUTE, 204),
        aged(48, Setup.FOUR_DAYS, 4 * day, 204), aged(48, Setup.FOUR_DAYS, 4 * day + 1, 400),
        of(45, "two samples descending in one request", run -> {
          run.v2(run.up().sample(N, 1).sample(N - 10, 2)).is(204, "2/0/0");
          run.holds(N - 10, 2, N, 1);
        }),
        of(58, "a sender 10 min ahead, and late-only writes, do not move the window of others", run -> {
          run.v1(new Body().metric(run.metric("_ahead")).sample(N + 10 * MINUTE, 1)).is(204);
          run.v1(run.up().sample(N - day, 1)).is(204);
          run.v1(run.up().sample(N - day + 1, 2)).is(204);
          run.v1(run.up().sample(N - day - 1, 0)).is(400);
          run.holds(Map.of("__name__", run.metric("_ahead")), N + 10 * MINUTE, 1);
          run.holds(N - day, 1, N - day + 1, 2);
        }));
  }

  /// Two values for one late time arrive in this order; the winner is the same in both orders.
  private static Stream<Case> pair(String what, long loser, long winner) {
    return Stream.of(new long[] {loser, winner}, new long[] {winner, loser})
        .map(pair -> of(52, what + (pair[0] == winner ? ", the winner first" : ", the winner last"), run -> {
          run.v1(run.up().sample(N, 7)).is(204);
          run.v2(run.up().bits(N - HOUR, pair[0])).is(204, "1/0/0");
          run.v2(run.up().bits(N - HOUR, pair[1])).is(204, "1/0/0");
          run.v2(new Body().metric(run.metric("_once")).sample(N, 7).bits(N - HOUR, pair[0]).bits(N - HOUR,
              pair[1]))
              .is(204, "3/0/0");
          run.holds(N - HOUR, winner, N, 7);
          run.holds(Map.of("__name__", run.metric("_once")), N - HOUR, winner, N, 7);
        }));
  }

  /// The same with the first of the two values in a block when the second one comes. The window is no other row's.
  private static Case acrossTheCut() {
    return of(52, "all these pairs, and the same again (50), across the cut", run -> {
      long late = N - 3 * HOUR;
      var first = new Body();
      var second = new Body();
      for (long[] pair : PAIRS) {
        for (int i = 0; i < 4; i++) {
          String name = run.metric("_%x_%x_%d".formatted(pair[0], pair[1], i));
          // Both orders, and each twice.
          long before = pair[i / 2];
          long after = pair[i % 2];
          first.metric(name).sample(N, 7).bits(late, before);
          second.metric(name).bits(late, after);
          run.holds(Map.of("__name__", name), late, before == after ? before : pair[1], N, 7);
        }
      }
      run.v2(first).is(204, 8 * PAIRS.length + "/0/0");
      run.cutWindowOf(late);
      for (int i = 0; i < 2; i++) {
        run.v2(second).is(204, 4 * PAIRS.length + "/0/0");
      }
    });
  }

  private static Stream<Case> conflicts() {
    return Stream.concat(
        Stream.of(PAIRS).flatMap(pair -> pair("%x, %x".formatted(pair[0], pair[1]), pair[0], pair[1])),
        Stream.of(acrossTheCut(),
            of(46, "same t, other value in one request, newer than all; older than the latest", run -> {
              run.v2(run.up().sample(N, 1).sample(N, 2)).is(400, "1/0/0");
              run.v2(run.up().sample(N - 10, 1).sample(N - 10, 2)).is(204, "2/0/0");
              run.holds(N - 10, 2, N, 1);
            }),
            of(51, "t of a stored, not latest sample, other value", run -> {
              run.v1(run.up().sample(N, 1).sample(N + 1, 1)).is(204);
              run.v2(run.up().sample(N, 2)).is(204, "1/0/0");
              run.holds(N, 2, N + 1, 1);
            })));
  }

  private static Stream<Case> late() {
    return Stream.of(
        of(47, "1 min, 90 min, 23 h before the latest; each once more (50)", run -> {
          run.v1(run.up().sample(N, 0)).is(204);
          for (int round = 0; round < 2; round++) {
            for (long age : new long[] {MINUTE, 90 * MINUTE, 23 * HOUR}) {
              run.v2(run.up().sample(N - age, 1)).is(204, "1/0/0");
            }
          }
          run.holds(N - 23 * HOUR, 1, N - 90 * MINUTE, 1, N - MINUTE, 1, N, 0);
        }),
        of(50, "exact duplicate of a late sample", run -> {
          run.v1(run.up().sample(N, 1)).is(204);
          for (int i = 0; i < 3; i++) {
            run.v2(run.up().sample(N - HOUR, 2)).is(204, "1/0/0");
          }
          run.holds(N - HOUR, 2, N, 1);
        }),
        of(53, "40 late samples in random order", run -> shuffled(run, 40)),
        of(53, "5000 late samples in random order", run -> shuffled(run, 5000)),
        of(57, "late stale marker", run -> {
          run.v1(run.up().sample(N - 1, 1).sample(N, 2)).is(204);
          run.v2(run.up().bits(N - MINUTE, STALE)).is(204, "1/0/0");
          run.holds(N - MINUTE, STALE, N - 1, 1, N, 2);
        }));
  }

  private static void shuffled(CaseRun run, int count) {
    run.v1(run.up().sample(N, -1)).is(204);
    List<Integer> order = new ArrayList<>();
    var expected = new ArrayList<Object>(List.of(N, -1));
    for (int i = 0; i < count; i++) {
      order.add(i);
      expected.addAll(List.of(N - 20 * HOUR + i * 10_000L, i));
    }
    Collections.shuffle(order, new Random(53));
    for (int from = 0; from < count; from += 500) {
      var body = run.up();
      order.subList(from, Math.min(count, from + 500))
          .forEach(i -> body.sample(N - 20 * HOUR + i * 10_000L, i));
      run.v1(body).is(204);
    }
    run.holds(expected.toArray());
  }

  private static Stream<Case> batches() {
    return Stream.of(
        of(59, "2.0: good, conflict, good", run -> {
          run.v1(run.up().sample(N, 1)).is(204);
          run.v2(goodBadGood(run)).is(400, "2/0/0").says("duplicate");
          goodBadGoodHeld(run);
        }),
        of(60, "1.0: good, conflict, good", run -> {
          run.v1(run.up().sample(N, 1)).is(204);
          run.v1(goodBadGood(run)).is(400, "").says("duplicate");
          goodBadGoodHeld(run);
        }),
        of(61, "four series, one without a name", run -> {
          var body = new Body().metric(run.metric("_a")).sample(N, 1).series("job", "x").sample(N, 1)
              .metric(run.metric("_b")).sample(N, 1).metric(run.metric("_c")).sample(N, 1);
          run.v2(body).is(400, "3/0/0");
          run.v1(body).is(400, "");
          for (String rest : List.of("_a", "_b", "_c")) {
            run.holds(Map.of("__name__", run.metric(rest)), N, 1);
          }
        }),
        of(62, "identical body again", run -> {
          var body = run.up().sample(N, 1).sample(N + 1, 2).metric(run.metric("_b")).sample(N, 1);
          for (int i = 0; i < 3; i++) {
            run.v2(body).is(204, "3/0/0");
          }
          run.holds(N, 1, N + 1, 2);
          run.holds(Map.of("__name__", run.metric("_b")), N, 1);
        }),
        of(63, "one too old sample 100 times; nothing is left of refused series (64)", run -> {
          for (int i = 0; i < 100; i++) {
            run.v1(run.up().sample(N - 25 * HOUR, 1)).is(400);
            run.v2(new Body().metric(run.metric("_" + i)).sample(N - 25 * HOUR, 1)).is(400, "0/0/0");
          }
        }),
        of(65, "50,000 samples in a request", run -> {
          var body = run.up();
          var expected = new ArrayList<>();
          for (int i = 0; i < 50_000; i++) {
            body.sample(N - 50_000 + i, i);
            expected.addAll(List.of(N - 50_000 + i, i));
          }
          run.v2(body).is(204, "50000/0/0");
          run.holds(expected.toArray());
        }),
        of(65, "10,000 new series in a request", run -> {
          var body = new Body();
          for (int i = 0; i < 10_000; i++) {
            body.series("__name__", run.id(), "i", Integer.toString(i)).sample(N, i);
            run.holds(Map.of("__name__", run.id(), "i", Integer.toString(i)), N, i);
          }
          run.v1(body).is(204);
        }));
  }

  private static Body goodBadGood(CaseRun run) {
    return new Body().metric(run.metric("_a")).sample(N, 1).metric(run.id()).sample(N, 9)
        .metric(run.metric("_b"))
        .sample(N, 2);
  }

  private static void goodBadGoodHeld(CaseRun run) {
    run.holds(N, 1);
    run.holds(Map.of("__name__", run.metric("_a")), N, 1);
    run.holds(Map.of("__name__", run.metric("_b")), N, 2);
  }
}
