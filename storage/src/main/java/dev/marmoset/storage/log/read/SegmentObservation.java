package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogNote;
import dev.marmoset.storage.log.entry.LogState;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/// What a reader of a segment learns besides its samples. Not thread-safe: written by the thread that decodes, read
/// after it.
public final class SegmentObservation {
  private final Ulid incarnation;
  private final long segment;
  private final NavigableMap<Long, Long> touched = new TreeMap<>();
  private final List<LogNote> notes = new ArrayList<>();
  private long window;
  private long floor = Long.MIN_VALUE;
  private Optional<LogState> state = Optional.empty();
  private boolean ended;

  /// Of a segment nothing is known of yet.
  public SegmentObservation(Ulid incarnation, long segment) {
    this.incarnation = incarnation;
    this.segment = segment;
  }

  /// The log.
  public Ulid incarnation() {
    return incarnation;
  }

  /// Number of the segment.
  public long segment() {
    return segment;
  }

  /// The windows that have samples in the segment: by start, ms, where the last record with such a sample ends, bytes from
  /// the beginning of the file. All that were met, and all that the segment's END names.
  public NavigableMap<Long, Long> touched() {
    return touched;
  }

  /// Acceptance window W of the log, ms; 0 while it is unknown.
  public long window() {
    return window;
  }

  /// Latest floor, ms: no later record has a sample before floor − W. [Long#MIN_VALUE] while it is unknown.
  public long floor() {
    return floor;
  }

  /// What the log's owner told last.
  public Optional<LogState> state() {
    return state;
  }

  /// Whether the owner has ended the segment: the next one exists or will at once.
  public boolean ended() {
    return ended;
  }

  /// The notes met since the last call, in order.
  public List<LogNote> takeNotes() {
    List<LogNote> taken = List.copyOf(notes);
    notes.clear();
    return taken;
  }

  /// The record that ends there has a sample of the window.
  public void touch(long windowStart, long recordEnd) {
    touched.merge(windowStart, recordEnd, Math::max);
  }

  /// The END that ends there says that the segment has samples of the window.
  public void name(long windowStart, long recordEnd) {
    touched.putIfAbsent(windowStart, recordEnd);
  }

  /// See [dev.marmoset.storage.log.entry.LogVisitor#accept].
  public void accept(long newWindow, long newFloor) {
    window = newWindow;
    floor = newFloor;
  }

  /// See [dev.marmoset.storage.log.entry.LogVisitor#state].
  public void state(LogState newState) {
    state = Optional.of(newState);
  }

  /// See [dev.marmoset.storage.log.entry.LogVisitor#note].
  public void note(LogNote note) {
    notes.add(note);
  }

  /// See [dev.marmoset.storage.log.entry.LogVisitor#segmentEnd].
  public void end() {
    ended = true;
  }
}
