package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.entry.LogPosition;
import dev.marmoset.storage.log.entry.LogVisitor;
import dev.marmoset.storage.log.record.SegmentHead;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows somebody else's log while it grows. Confined to one thread.
///
/// Every look opens the segment anew: an open file shows growth only after seconds on NFS. The directory is listed when
/// the segment has ended, or has not grown for two looks. A log that is sealed is read to the end the seal states and
/// never looked at again.
///
/// | what is met                                   | what is done                                                       |
/// |------------------------------------------------|--------------------------------------------------------------------|
/// | bytes that are no record, in the last segment   | not there yet: read again from the same place at the next look      |
/// | the same below the end that a later segment states | damage: the segment is left, the next one is read                 |
/// | a segment whose beginning is unreadable         | damage, once another segment follows                                 |
/// | the segment is gone                             | it is covered by blocks: the lowest segment there is comes next      |
/// | a newer version                                 | what precedes counts, the log is never looked at again               |
public final class LogTail implements AutoCloseable {
  /// How far the log is known.
  public enum Status {
    /// It may grow.
    OPEN,
    /// It has ended and was read to its end.
    SEALED,
    /// It goes on in a format this build does not know.
    TOO_NEW,
    /// Its directory is gone: everything in it lies in blocks.
    GONE
  }

  /// Receives what the log holds.
  @FunctionalInterface
  public interface Consumer {
    /// A segment is begun; what was delivered of the one before is complete.
    LogVisitor begin(LogSegmentFile segment, SegmentObservation observed);
  }

  /// A segment as far as it was read.
  ///
  /// @param file    the segment; its end is the one stated by the next one, where there is one
  /// @param end     bytes from its beginning that were read
  /// @param damaged whether a part of it could not be read
  /// @param touched the windows it has samples of, [SegmentObservation#touched]
  public record Segment(LogSegmentFile file, long end, boolean damaged, NavigableMap<Long, Long> touched) {
    /// Copies the windows.
    public Segment {
      touched = Collections.unmodifiableNavigableMap(new TreeMap<>(touched));
    }

    /// Whether nobody needs the segment for the logs any more: each of its windows is covered as far as it has samples.
    public boolean isCoveredBy(WindowCoverage coverage) {
      return !damaged && touched.entrySet().stream().allMatch(
          window -> coverage.covers(window.getKey(), file.incarnation(), file.number(), window.getValue()));
    }
  }

  /// What a look shows of an open log; two equal sights mean that nothing has happened between them.
  ///
  /// @param last     number of the last segment, 0 when there is none
  /// @param segment  number of the segment that is being read
  /// @param size     bytes of its file
  /// @param consumed bytes of it that were read
  public record Sight(long last, long segment, long size, long consumed) {
    /// Nothing seen yet.
    public static final Sight NONE = new Sight(-1, 0, 0, 0);
  }

  private static final Logger LOG = LoggerFactory.getLogger(LogTail.class);
  private static final int QUIET_LOOKS = 2;
  /// Looks that get no answer before a segment that is followed by others is given up.
  private static final int PATIENCE = 10;

  private final FileSystem files;
  private final Path directory;
  private final Ulid incarnation;
  private final Consumer consumer;
  private final NavigableMap<Long, Segment> done = new TreeMap<>();
  private Status status = Status.OPEN;
  private @Nullable SegmentReader reader;
  private @Nullable LogVisitor visitor;
  private @Nullable LogSegmentFile current;
  private SegmentObservation observed;
  private SegmentObservation known;
  private long number;
  private long last;
  private long size;
  private boolean broken;
  private int quiet;
  private int failures;
  private int headFailures;
  private int damages;
  /// Up to where nothing is missing; null while nothing is.
  private @Nullable LogPosition intact;
  private long samples;
  private int vanished;

  /// A tail before the lowest segment there is.
  public LogTail(FileSystem files, Path data, Ulid incarnation, Consumer consumer) {
    this.files = files;
    this.directory = LogFiles.log(data, incarnation);
    this.incarnation = incarnation;
    this.consumer = consumer;
    this.observed = new SegmentObservation(incarnation, 0);
    this.known = observed;
  }

  /// A segment that was read by other means; to be called in ascending order before the first look.
  public void passOver(LogSegmentFile segment, SegmentOutcome outcome, SegmentObservation seen) {
    number = segment.number();
    last = number;
    boolean damaged = outcome instanceof SegmentOutcome.Damaged;
    if (outcome instanceof SegmentOutcome.TooNew) {
      status = Status.TOO_NEW;
    }
    done.put(number, new Segment(segment, outcome.counts().end(), damaged, seen.touched()));
    if (damaged) {
      noteDamage(outcome.counts().end());
    }
    observed = seen;
    learn(seen);
  }

  private void learn(SegmentObservation seen) {
    if (seen.floor() != Long.MIN_VALUE) {
      known = seen;
    }
  }

  /// Reads what is new.
  ///
  /// @return whether anything was
  /// @throws IOException if the volume does not answer; what was read before counts, and the next look goes on
  public boolean look() throws IOException {
    if (status != Status.OPEN) {
      return false;
    }
    boolean grew = reader != null && !broken && readCurrent();
    quiet = grew ? 0 : quiet + 1;
    if (status == Status.OPEN && (reader == null || broken || observed.ended() || quiet >= QUIET_LOOKS)) {
      grew |= goOn();
    }
    return grew;
  }

  /// Reads what is new and lists the directory in any case: the last look before a seal.
  public boolean lookAtAll() throws IOException {
    quiet = QUIET_LOOKS;
    return look();
  }

  /// Whether records were new, or the size changed.
  private boolean readCurrent() throws IOException {
    LogSegmentFile segment = required(current);
    long before = sight().consumed();
    long sizeBefore = size;
    try (ReadFile file = files.open(segment.path())) {
      size = file.size();
      if (size > before) {
        // What a killed owner has written but not forced must be as durable as what is said of it from here on.
        files.force(segment.path());
      }
      judge(segment, required(reader).readOn(file, required(visitor)));
      learn(observed);
    } catch (NoSuchFileException _) {
      LOG.debug("{} is gone, so it is covered by blocks", segment.path());
      vanished++;
      endCurrent();
    }
    return size != sizeBefore || sight().consumed() != before;
  }

  private void judge(LogSegmentFile segment, SegmentOutcome outcome) {
    switch (outcome) {
      case SegmentOutcome.Complete _,SegmentOutcome.TornTail _ -> {
        // All that is there.
      }
      case SegmentOutcome.Damaged(SegmentCounts counts, String why) -> {
        boolean notThereYet = segment.last() && counts.end() == 0;
        if (!notThereYet) {
          damaged("log segment {} is damaged behind offset {}: {}", segment.path(), counts.end(), why);
        }
      }
      case SegmentOutcome.TooNew(SegmentCounts counts, String what) -> {
        LOG.error("log segment {} was written by a newer version behind offset {}: {}", segment.path(),
            counts.end(), what);
        status = Status.TOO_NEW;
      }
    }
  }

  private void damaged(String text, Object... values) {
    noteDamage(sight().consumed());
    broken = true;
    damages++;
    LOG.error(text, values);
  }

  private void noteDamage(long end) {
    if (intact == null) {
      intact = new LogPosition(incarnation, number, end);
    }
  }

  /// Lists the directory and goes on to later segments, if there are any.
  private boolean goOn() throws IOException {
    NavigableSet<Long> numbers = new TreeSet<>();
    try {
      for (String name : files.list(directory)) {
        LogFiles.segmentNumber(name).ifPresent(numbers::add);
      }
    } catch (NoSuchFileException _) {
      status = Status.GONE;
      endCurrent();
      return true;
    }
    done.keySet().retainAll(numbers);
    boolean moved = !numbers.isEmpty() && numbers.last() > last;
    last = numbers.isEmpty() ? last : numbers.last();
    for (Long next = numbers.higher(number); next != null && status == Status.OPEN; next =
        numbers.higher(next)) {
      if (!enter(next, numbers)) {
        break;
      }
    }
    return moved;
  }

  /// Whether the log can be followed beyond this segment.
  private boolean enter(long next, NavigableSet<Long> numbers) throws IOException {
    Path path = directory.resolve(LogFiles.segment(next));
    SegmentHead head;
    try (ReadFile file = files.open(path)) {
      head = SegmentHead.read(file, incarnation, next);
      headFailures = 0;
    } catch (NoSuchFileException _) {
      return true;
    } catch (IOException e) {
      if (++headFailures < PATIENCE) {
        throw e;
      }
      head = new SegmentHead.Broken(e.toString());
    }
    if (head instanceof SegmentHead.Broken(String why) && next == numbers.last()) {
      LOG.warn("the beginning of {} is not readable yet: {}", path, why);
      return false;
    }
    finish(head instanceof SegmentHead.Valid valid && next == number + 1
        ? OptionalLong.of(valid.previousEnd())
        : OptionalLong.empty());
    if (number > 0 && next > number + 1 && numbers.contains(number)) {
      damaged("segments {} to {} are missing in {}", number + 1, next - 1, directory);
    }
    if (status != Status.OPEN) {
      return false;
    }
    number = next;
    switch (head) {
      case SegmentHead.Valid valid -> {
        if (valid.seal()) {
          status = Status.SEALED;
        } else {
          begin(new LogSegmentFile(path, incarnation, next, OptionalLong.empty(), true));
          readCurrent();
        }
      }
      case SegmentHead.TooNew(String what) -> {
        LOG.error("log segment {} was written by a newer version: {}", path, what);
        status = Status.TOO_NEW;
      }
      case SegmentHead.Broken(String why) -> {
        damaged("log segment {} is damaged: {}", path, why);
        done.put(next,
            new Segment(new LogSegmentFile(path, incarnation, next, OptionalLong.empty(), false), 0,
                true, new TreeMap<>()));
      }
    }
    return true;
  }

  private void begin(LogSegmentFile segment) {
    current = segment;
    observed = new SegmentObservation(incarnation, segment.number());
    reader = new SegmentReader(segment);
    visitor = consumer.begin(segment, observed);
    size = 0;
    broken = false;
    quiet = 0;
    failures = 0;
  }

  /// Reads the current segment to the end that is known now, with a fresh look: it may have grown since the last one.
  private void finish(OptionalLong end) throws IOException {
    LogSegmentFile open = current;
    if (open == null) {
      return;
    }
    var ended = new LogSegmentFile(open.path(), incarnation, open.number(), end, false);
    current = ended;
    required(reader).endsAt(ended);
    if (!broken) {
      try {
        readCurrent();
      } catch (IOException e) {
        if (++failures < PATIENCE) {
          throw e;
        }
        damaged("reading {}, which has ended: {}", open.path(), e.toString());
      }
    }
    LogSegmentFile still = current;
    if (still != null) {
      done.put(still.number(), describe(still));
    }
    endCurrent();
  }

  private Segment describe(LogSegmentFile segment) {
    return new Segment(segment, required(reader).counts().end(), broken, observed.touched());
  }

  private void endCurrent() {
    SegmentReader ended = reader;
    if (ended != null) {
      samples += ended.counts().samples();
      ended.close();
    }
    reader = null;
    visitor = null;
    current = null;
    broken = false;
  }

  private static <T> T required(@Nullable T value) {
    if (value == null) {
      throw new IllegalStateException("no segment is being read");
    }
    return value;
  }

  /// The log.
  public Ulid incarnation() {
    return incarnation;
  }

  /// How far the log is known.
  public Status status() {
    return status;
  }

  /// What the last look has shown.
  public Sight sight() {
    SegmentReader open = reader;
    return new Sight(last, number, size, open == null ? 0 : open.counts().end());
  }

  /// Up to where the log was read.
  public LogPosition consumed() {
    SegmentReader open = reader;
    if (open != null) {
      return new LogPosition(incarnation, number, open.counts().end());
    }
    Segment before = done.get(number);
    return new LogPosition(incarnation, number, before == null ? 0 : before.end());
  }

  /// The segments that exist as far as is known, ascending; the last one is being read while the log is open.
  public NavigableMap<Long, Segment> segments() {
    var all = new TreeMap<>(done);
    LogSegmentFile open = current;
    if (open != null) {
      all.put(open.number(), describe(open));
    }
    return all;
  }

  /// Up to where everything was read: before the first damage.
  public LogPosition intact() {
    LogPosition before = intact;
    return before == null ? consumed() : before;
  }

  /// Latest floor of the log, ms; [Long#MIN_VALUE] while it is unknown.
  public long floor() {
    return known.floor();
  }

  /// Acceptance window of the log, ms; 0 while it is unknown.
  public long window() {
    return known.window();
  }

  /// What is being learned of the segment that is read now.
  public SegmentObservation observed() {
    return observed;
  }

  /// Whether a part of the log could not be read, by this tail or before it.
  public boolean isDamaged() {
    return damages > 0 || done.values().stream().anyMatch(Segment::damaged);
  }

  /// How often this tail could not read a part of the log.
  public int damages() {
    return damages;
  }

  /// Samples read, without those of segments passed over.
  public long samples() {
    SegmentReader open = reader;
    return samples + (open == null ? 0 : open.counts().samples());
  }

  /// How often a segment was deleted before it was read to its end: what it held lies in blocks, which may be new.
  public int vanished() {
    return vanished;
  }

  @Override
  public void close() {
    endCurrent();
  }
}
