package dev.marmoset.ingest.decode;

import dev.marmoset.storage.AppendResult;

/// Why a sample, or all samples of a series, were refused for good. Closed, so that every reason has a counter.
public enum RejectReason {
  /// Older than the acceptance window.
  TOO_OLD("too_old", "too old"),
  /// More than 10 minutes ahead of the store's clock.
  TOO_NEW("too_new", "too far in the future"),
  /// Time of the latest sample of the series, other value.
  DUPLICATE("duplicate", "duplicate sample for timestamp with another value"),
  /// No `__name__`, or an empty one.
  MISSING_NAME("missing_name", "series without __name__ (labels passed as an array?)"),
  /// A label with an empty name.
  EMPTY_LABEL_NAME("empty_label_name", "empty label name"),
  /// A label name that occurs twice.
  DUPLICATE_LABEL("duplicate_label", "duplicate label name"),
  /// A label name or value that is not UTF-8.
  INVALID_UTF8("invalid_utf8", "label is not valid UTF-8"),
  /// Label bytes that are no protobuf.
  MALFORMED_LABELS("malformed_labels", "malformed label"),
  /// Remote write 2.0: an odd number of label references, or one out of range.
  BAD_SYMBOL_REF("bad_symbol_ref", "odd number of labels_refs or symbol reference out of range"),
  /// More labels than a series may have.
  TOO_MANY_LABELS("too_many_labels", "too many labels"),
  /// A label name over its size limit.
  LABEL_NAME_TOO_LONG("label_name_too_long", "label name too long"),
  /// A label value over its size limit.
  LABEL_VALUE_TOO_LONG("label_value_too_long", "label value too long"),
  /// A whole label set over its size limit.
  LABELS_TOO_LONG("labels_too_long", "label set too long"),
  /// Remote write 2.0: a series with neither samples nor histograms nor exemplars.
  NO_SAMPLES("no_samples", "series without samples"),
  /// A histogram that contradicts itself or has a schema nobody knows.
  INVALID_HISTOGRAM("invalid_histogram", "invalid histogram"),
  /// An exemplar older than the acceptance window.
  EXEMPLAR_TOO_OLD("exemplar_too_old", "exemplar too old"),
  /// An exemplar more than 10 minutes ahead of the store's clock.
  EXEMPLAR_TOO_NEW("exemplar_too_new", "exemplar too far in the future"),
  /// An exemplar whose labels cannot be taken.
  INVALID_EXEMPLAR("invalid_exemplar", "invalid exemplar"),
  /// The store holds as many series as it may.
  SERIES_LIMIT("series_limit", "limit of series reached"),
  /// The sender has created as many series as it may within a day.
  SENDER_SERIES_LIMIT("sender_series_limit", "limit of the sender's new series reached"),
  /// The store creates series too fast: the only reason that passes, so the request is answered 503.
  NEW_SERIES_RATE("new_series_rate", "new series come too fast");

  private final String tag;
  private final String text;

  RejectReason(String tag, String text) {
    this.tag = tag;
    this.text = text;
  }

  /// Value of the `reason` label in metrics.
  public String tag() {
    return tag;
  }

  /// The reason in words, fit for the sender.
  public String text() {
    return text;
  }

  /// The reason behind a verdict that is not an acceptance.
  public static RejectReason of(AppendResult verdict) {
    return switch (verdict) {
      case TOO_OLD -> TOO_OLD;
      case TOO_NEW -> TOO_NEW;
      case CONFLICTING_DUPLICATE -> DUPLICATE;
      case ACCEPTED, SAME_AGAIN, NOT_KEPT ->
        throw new IllegalArgumentException("verdict " + verdict + " refuses no sample");
    };
  }

  /// The reason behind a verdict on an exemplar that is a refusal.
  public static RejectReason ofExemplar(AppendResult verdict) {
    return switch (verdict) {
      case TOO_OLD -> EXEMPLAR_TOO_OLD;
      case TOO_NEW -> EXEMPLAR_TOO_NEW;
      case ACCEPTED, SAME_AGAIN, NOT_KEPT, CONFLICTING_DUPLICATE ->
        throw new IllegalArgumentException("verdict " + verdict + " refuses no exemplar");
    };
  }
}
