package dev.marmoset.ingest.account;

import java.util.Map;

/// What became of the samples, histograms and exemplars of one request.
///
/// @param accepted  what counts as written, `sameAgain` and `late` included
/// @param sameAgain of these, equal to the newest sample held of their series: stored once
/// @param late      of these, older than the newest sample held of their series
/// @param rejected  refused for good
/// @param reasons   rejected by reason, in the words of the metrics; immutable
public record Tally(int accepted, int sameAgain, int late, int rejected, Map<String, Integer> reasons) {
  /// Nothing was judged.
  public static final Tally NOTHING = new Tally(0, 0, 0, 0, Map.of());

  /// The counts as the value of a header: `accepted=7, same-again=1, late=2, rejected=3; too_old=2, duplicate=1`.
  public String header() {
    var text = new StringBuilder(64).append("accepted=").append(accepted).append(", same-again=")
        .append(sameAgain).append(", late=").append(late).append(", rejected=").append(rejected);
    String separator = "; ";
    for (var reason : reasons.entrySet()) {
      text.append(separator).append(reason.getKey()).append('=').append(reason.getValue());
      separator = ", ";
    }
    return text.toString();
  }
}
