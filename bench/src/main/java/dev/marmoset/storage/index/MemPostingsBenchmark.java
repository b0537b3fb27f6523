package dev.marmoset.storage.index;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.Matcher.InvalidMatcherException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What does selecting cost among a million series with 10,000 instances and 100 metrics, by the form of the matcher on
/// the instance?
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class MemPostingsBenchmark {
  private static final int INSTANCES = 10_000;
  private static final int METRICS = 100;

  /// Matches by prefix, by suffix (nothing to look up), all of a class, and three literals.
  @Param({"ip-001.*", ".*7:9100", "ip-[0-9]+:9100", "ip-000001:9100|ip-000002:9100|ip-000003:9100"})
  private String regex;

  private final SymbolTable symbols = new SymbolTable();
  private final MemPostings postings = new MemPostings(symbols);
  private List<Matcher> instanceOnly = List.of();
  private List<Matcher> withMetric = List.of();

  @Setup
  public void fill() throws InvalidMatcherException {
    int id = 0;
    for (int instance = 0; instance < INSTANCES; instance++) {
      for (int metric = 0; metric < METRICS; metric++) {
        postings.addSeries(id);
        postings.addPair(symbol("__name__"), symbol("metric_" + metric), id);
        postings.addPair(symbol("instance"), symbol("ip-%06d:9100".formatted(instance)), id);
        postings.addPair(symbol("job"), symbol("node"), id++);
      }
    }
    Matcher matcher = Matcher.regex("instance", regex);
    instanceOnly = List.of(matcher);
    withMetric = List.of(new Matcher.Equal("__name__", "metric_7"), matcher);
  }

  private int symbol(String text) {
    byte[] bytes = text.getBytes(UTF_8);
    return symbols.intern(bytes, 0, bytes.length);
  }

  @Benchmark
  public Object select() {
    return postings.select(instanceOnly);
  }

  @Benchmark
  public Object selectWithMetric() {
    return postings.select(withMetric);
  }
}
