package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.record.SegmentHead;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What lies in the directory of logs at one moment.
///
/// @param logs    in the order of their incarnations
/// @param ignored entries whose names are none of ours; they are left alone
public record LogCatalog(List<Log> logs, int ignored) {
  /// One log.
  ///
  /// @param segments ordinary segments in ascending order; unreadable ones are among them, [LogReader] tells what is
  ///                 wrong with them
  /// @param sealed   whether the log has ended
  /// @param damage   what is wrong between the segments: gaps, segments behind a seal
  public record Log(Ulid incarnation, List<LogSegmentFile> segments, boolean sealed, List<String> damage) {
    /// Copies the lists.
    public Log {
      segments = List.copyOf(segments);
      damage = List.copyOf(damage);
    }
  }

  /// Copies the list.
  public LogCatalog {
    logs = List.copyOf(logs);
  }

  /// The segments of all logs.
  public List<LogSegmentFile> segments() {
    return logs.stream().flatMap(log -> log.segments().stream()).toList();
  }

  /// Looks at all logs of a data directory.
  ///
  /// @throws IOException if the directory of logs cannot be listed; a single log that cannot be is damaged
  public static LogCatalog read(FileSystem files, Path data) throws IOException {
    Path directory = LogFiles.logs(data);
    var logs = new ArrayList<Log>();
    int ignored = 0;
    for (String name : files.list(directory)) {
      if (Ulid.isUlid(name)) {
        logs.add(readLog(files, directory.resolve(name), Ulid.parse(name)));
      } else {
        ignored++;
      }
    }
    return new LogCatalog(logs, ignored);
  }

  private static Log readLog(FileSystem files, Path directory, Ulid incarnation) {
    var heads = new TreeMap<Long, SegmentHead>();
    var damage = new ArrayList<String>();
    try {
      for (String name : files.list(directory)) {
        OptionalLong number = LogFiles.segmentNumber(name);
        if (number.isPresent()) {
          addHead(files, directory.resolve(name), incarnation, number.getAsLong(), heads);
        }
      }
    } catch (IOException e) {
      damage.add("listing " + directory + ": " + e);
    }
    return assemble(directory, incarnation, heads, damage);
  }

  private static void addHead(FileSystem files, Path path, Ulid incarnation, long number,
      NavigableMap<Long, SegmentHead> heads) {
    try (ReadFile file = files.open(path)) {
      heads.put(number, SegmentHead.read(file, incarnation, number));
    } catch (NoSuchFileException _) {
      // Removed between listing and opening: it is covered by blocks.
    } catch (IOException e) {
      heads.put(number, new SegmentHead.Broken("reading " + path + ": " + e));
    }
  }

  private static Log assemble(Path directory, Ulid incarnation, NavigableMap<Long, SegmentHead> heads,
      List<String> damage) {
    var segments = new ArrayList<LogSegmentFile>();
    boolean sealed = false;
    long expected = heads.isEmpty() ? 0 : heads.firstKey();
    for (var entry : heads.entrySet()) {
      long number = entry.getKey();
      Path path = directory.resolve(LogFiles.segment(number));
      if (sealed) {
        damage.add(path + " lies behind the seal");
        continue;
      }
      if (number != expected) {
        damage.add("segments " + expected + " to " + (number - 1) + " are missing in " + directory);
      }
      expected = number + 1;
      sealed = entry.getValue() instanceof SegmentHead.Valid head && head.seal();
      if (!sealed) {
        segments.add(new LogSegmentFile(path, incarnation, number, end(heads.get(number + 1)),
            heads.higherKey(number) == null));
      }
    }
    return new Log(incarnation, segments, sealed, damage);
  }

  private static OptionalLong end(@Nullable SegmentHead next) {
    return next instanceof SegmentHead.Valid head ? OptionalLong.of(head.previousEnd())
        : OptionalLong.empty();
  }
}
