package dev.marmoset.query;

import com.google.errorprone.annotations.MustBeClosed;
import dev.marmoset.query.OrderedSeriesSet.FinalSeries;
import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.Storage;
import dev.marmoset.storage.labels.Labels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;

/// Answers selects: admits, collects, orders. Thread-safe.
///
/// What is held per series is a handle and its final labels, some hundred bytes; chunks, nine tenths of the data, are
/// read later, one series at a time. Holding the handles cannot be avoided: a label that is added or dropped can move
/// a series anywhere in the order.
public final class SeriesSelector {
  private static final Comparator<FinalSeries> DESCENDING = Comparator.comparing(FinalSeries::labels,
      Comparator.reverseOrder());
  /// A bounded select is sorted and cut whenever it holds this many series more than twice its bound, so that a small
  /// limit on a wide selector holds little, and is sorted rarely.
  private static final long SLACK = 1024;

  private final Storage storage;
  private final QueryGate gate;
  private final QueryLimits limits;
  private final ByteBudget budget;
  private final LiveTail tail;

  /// @param storage what is selected from
  /// @param gate    admission of selects
  /// @param limits  of each request
  /// @param budget  shared by all requests of the process
  /// @param tail    where chunks are cut near now
  public SeriesSelector(Storage storage, QueryGate gate, QueryLimits limits, ByteBudget budget,
      LiveTail tail) {
    this.storage = storage;
    this.gate = gate;
    this.limits = limits;
    this.budget = budget;
    this.tail = tail;
  }

  /// Waits for admission and selects. Blocks; call it on a virtual thread.
  ///
  /// @throws IOException if stored data cannot be read or is damaged
  /// @throws LimitExceededException if no turn came in time or the answer would exceed a limit
  @MustBeClosed
  public OrderedSeriesSet select(Select select) throws IOException, LimitExceededException {
    RequestAccount account = RequestAccount.open(gate, limits, budget);
    boolean selected = false;
    try {
      OrderedSeriesSet series = select(select, account);
      selected = true;
      return series;
    } finally {
      if (!selected) {
        account.close();
      }
    }
  }

  private OrderedSeriesSet select(Select select, RequestAccount account)
      throws IOException, LimitExceededException {
    TailCut cut = tail.at(select.range());
    Querier querier = storage.querier(cut.range());
    boolean selected = false;
    try {
      var collected = new Collected(select, account);
      collected.addAll(querier.select(select.matchers()));
      var series = new OrderedSeriesSet(account, querier, cut, collected.sorted());
      selected = true;
      return series;
    } finally {
      if (!selected) {
        querier.close();
      }
    }
  }

  /// The series of one select while they come in.
  private final class Collected {
    private final Select select;
    private final RequestAccount account;
    private final ArrayList<FinalSeries> series = new ArrayList<>();
    /// Number of collected series above which they are sorted, cut and checked.
    private long ceiling;

    Collected(Select select, RequestAccount account) {
      this.select = select;
      this.account = account;
      this.ceiling = select.limit() == 0 && limits.series() == 0 ? Long.MAX_VALUE : SLACK;
    }

    void addAll(SeriesSet set) throws IOException, LimitExceededException {
      while (!select.abandoned().getAsBoolean() && set.next()) {
        var stored = set.series();
        Labels labels = select.finalLabels().apply(stored.labels());
        if (select.kept().test(labels)) {
          account.hold(labels);
          series.add(new FinalSeries(labels, stored));
          if (series.size() > ceiling) {
            settle();
            ceiling = 2L * series.size() + SLACK;
          }
        }
      }
    }

    ArrayList<FinalSeries> sorted() throws LimitExceededException {
      settle();
      return series;
    }

    private void settle() throws LimitExceededException {
      series.sort(DESCENDING);
      int first = 0;
      if (select.limit() > 0) {
        first = firstWithin(select.limit());
        for (FinalSeries dropped : series.subList(0, first)) {
          account.drop(dropped.labels());
        }
        series.subList(0, first).clear();
      }
      account.checkSeries(series.size());
    }

    /// Where the last `limit` distinct label sets begin; they are the first ones in ascending order.
    private int firstWithin(long limit) {
      long distinct = 0;
      int i = series.size();
      while (i > 0) {
        boolean other = i == series.size() || !series.get(i - 1).labels().equals(series.get(i).labels());
        if (other && ++distinct > limit) {
          return i;
        }
        i--;
      }
      return 0;
    }
  }
}
