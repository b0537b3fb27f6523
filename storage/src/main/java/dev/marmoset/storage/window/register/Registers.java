package dev.marmoset.storage.window.register;

import dev.marmoset.storage.io.CorruptDataException;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.window.register.RegisterFormat.Decoded;
import dev.marmoset.storage.window.register.WindowState.Health;
import dev.marmoset.storage.window.register.WindowState.Obstacle;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/// Reads the registers of a volume. Thread-safe.
///
/// Nothing that lies in a register makes reading fail: what is damaged, too new or unreadable is told by
/// [WindowState#health], and the records before it count. Records never change, so a second look reads only new ones.
public final class Registers {
  /// A COMMIT with 14 parts, a thousand files and as many logs has some 200 KiB.
  private static final int MAX_RECORD_BYTES = 16 << 20;

  private final FileSystem files;
  private final Path data;

  /// The registers below a data directory.
  public Registers(FileSystem files, Path data) {
    this.files = files;
    this.data = data;
  }

  /// Starts of the windows that have a register, ms, ascending. Names that are none are left out.
  ///
  /// @throws IOException if the directory of registers cannot be listed
  public List<Long> starts() throws IOException {
    var starts = new ArrayList<Long>();
    for (String name : names(RegisterFiles.windows(data))) {
      RegisterFiles.start(name).ifPresent(starts::add);
    }
    starts.sort(null);
    return starts;
  }

  /// Reads all registers.
  ///
  /// @throws IOException if the directory of registers cannot be listed
  public NavigableMap<Long, WindowState> readAll() throws IOException {
    var states = new TreeMap<Long, WindowState>();
    for (long start : starts()) {
      states.put(start, read(start));
    }
    return states;
  }

  /// Reads the register of the window that starts at `start`, ms; it may have none.
  public WindowState read(long start) {
    return refresh(WindowState.empty(start));
  }

  /// Reads what has been added to a register since `state`.
  public WindowState refresh(WindowState state) {
    Path directory = RegisterFiles.window(data, state.start());
    try {
      NavigableSet<Long> numbers = numbers(directory);
      if (!numbers.isEmpty() && numbers.last() >= state.nextNumber() && hasGap(state, numbers)) {
        // A listing is no snapshot: it may show a record and miss one created before it.
        numbers = numbers(directory);
      }
      if (numbers.higher(state.nextNumber() - 1) != null) {
        forceNames(directory);
      }
      return readOn(state, directory, numbers);
    } catch (IOException e) {
      return state.with(new Obstacle(Health.UNREADABLE, "listing " + directory + ": " + e, false));
    }
  }

  /// A killed author may have left a name that no power loss would spare. What a reader acts on, by deleting logs, must
  /// be there for ever.
  private void forceNames(Path directory) throws IOException {
    files.forceDirectory(directory);
    files.forceDirectory(RegisterFiles.windows(data));
    files.forceDirectory(data);
  }

  private static boolean hasGap(WindowState state, NavigableSet<Long> numbers) {
    return numbers.tailSet(state.nextNumber()).size() != numbers.last() - state.nextNumber() + 1;
  }

  private WindowState readOn(WindowState state, Path directory, NavigableSet<Long> numbers) {
    WindowState reached = state.with(Obstacle.NONE);
    for (long number : numbers.tailSet(state.nextNumber())) {
      if (number != reached.nextNumber()) {
        return frozen(reached, directory, numbers, new Obstacle(Health.DAMAGED,
            "record %d of %s is missing, %d is there".formatted(reached.nextNumber(), directory, number),
            false));
      }
      Path path = directory.resolve(RegisterFiles.record(number));
      try {
        switch (decode(path, state.start(), number)) {
          case RegisterFormat.Known(var value) -> reached = reached.plus(value);
          case RegisterFormat.TooNew(var what, var closing) -> {
            return frozen(reached, directory, numbers, new Obstacle(Health.TOO_NEW, what, closing));
          }
        }
      } catch (CorruptDataException e) {
        return frozen(reached, directory, numbers,
            new Obstacle(Health.DAMAGED, String.valueOf(e.getMessage()), false));
      } catch (IOException e) {
        return reached
            .with(new Obstacle(Health.UNREADABLE, "reading " + path + " from offset 0 on: " + e, false));
      }
    }
    return reached;
  }

  /// Behind an obstacle nothing counts, but that somebody closes the window must be known all the same.
  private WindowState frozen(WindowState reached, Path directory, NavigableSet<Long> numbers,
      Obstacle obstacle) {
    boolean closing = obstacle.closing();
    for (long number : numbers.tailSet(reached.nextNumber())) {
      closing |= closes(directory.resolve(RegisterFiles.record(number)), reached.start(), number);
    }
    return reached.with(new Obstacle(obstacle.health(), obstacle.reason(), closing));
  }

  private boolean closes(Path path, long start, long number) {
    try {
      return switch (decode(path, start, number)) {
        case RegisterFormat.Known(RegisterRecord.Claim claim) -> claim.closing();
        case RegisterFormat.Known(RegisterRecord.Commit commit) -> commit.edition().closing();
        case RegisterFormat.Known _ -> false;
        case RegisterFormat.TooNew(_, boolean closing) -> closing;
      };
    } catch (IOException unknown) {
      // The register is set aside already, with a reason.
      return false;
    }
  }

  private Decoded decode(Path path, long start, long number) throws IOException {
    try (ReadFile file = files.open(path)) {
      long size = file.size();
      if (size > MAX_RECORD_BYTES) {
        throw new CorruptDataException(path, 0, "reading a register record",
            "at most " + MAX_RECORD_BYTES + " bytes", size + " bytes");
      }
      byte[] content = new byte[(int) size];
      int n = file.readUpTo(0, content, 0, content.length);
      return RegisterFormat.decode(path, start, number, Arrays.copyOf(content, n));
    }
  }

  private NavigableSet<Long> numbers(Path directory) throws IOException {
    var numbers = new TreeSet<Long>();
    for (String name : names(directory)) {
      OptionalLong number = RegisterFiles.recordNumber(name);
      if (number.isPresent()) {
        numbers.add(number.getAsLong());
      }
    }
    return numbers;
  }

  private List<String> names(Path directory) throws IOException {
    try {
      return files.list(directory);
    } catch (NoSuchFileException _) {
      return List.of();
    }
  }
}
