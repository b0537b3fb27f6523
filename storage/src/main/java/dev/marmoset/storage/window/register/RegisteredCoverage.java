package dev.marmoset.storage.window.register;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.read.WindowCoverage;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What the registers say is in blocks: everything of a closed window, of an open one what its parts cover.
///
/// @param states by start of the window
public record RegisteredCoverage(Map<Long, WindowState> states) implements WindowCoverage {
  /// Copies the states.
  public RegisteredCoverage {
    states = Map.copyOf(states);
  }

  /// Only what can be read: an open window of which a block is damaged or missing is taken from the logs again, as far as
  /// they still have it.
  ///
  /// @param served the blocks that can be read
  public static RegisteredCoverage served(Collection<WindowState> states, Set<Ulid> served) {
    return new RegisteredCoverage(states.stream()
        .filter(state -> state.isClosed() || served.containsAll(state.blocks()))
        .collect(Collectors.toMap(WindowState::start, state -> state)));
  }

  /// Only what lies in blocks that can all be read: what a log may be deleted by.
  ///
  /// @param served the blocks that can be read
  public static RegisteredCoverage readable(Collection<WindowState> states, Set<Ulid> served) {
    return new RegisteredCoverage(states.stream().filter(state -> served.containsAll(state.blocks()))
        .collect(Collectors.toMap(WindowState::start, state -> state)));
  }

  /// Whether nothing can come for a window any more.
  ///
  /// @param windowStart first time of the window, ms
  public boolean isClosed(long windowStart) {
    WindowState state = states.get(windowStart);
    return state != null && state.isClosed();
  }

  @Override
  public boolean covers(long windowStart, Ulid incarnation, long segment, long recordEnd) {
    WindowState state = states.get(windowStart);
    return state != null && (state.isClosed() || state.covered().covers(incarnation, segment, recordEnd));
  }
}
