package dev.marmoset.storage.window;

import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.window.register.RegisterRecord;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import dev.marmoset.storage.window.register.RegisterRecord.Stamp;
import dev.marmoset.storage.window.register.RegisterWriter;
import dev.marmoset.storage.window.register.RegisterWriter.Appended;
import dev.marmoset.storage.window.register.RegisterWriter.Lost;
import dev.marmoset.storage.window.register.RegisterWriter.Unknown;
import dev.marmoset.storage.window.register.Registers;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What this process knows of all registers, and the one way to add to them. Confined to one thread.
final class WindowLedger {
  private static final Logger LOG = LoggerFactory.getLogger(WindowLedger.class);
  private static final int ATTEMPTS = 3;
  private static final int CLOSED_EVERY = 10;

  private final Registers registers;
  private final RegisterWriter writer;
  private final WindowLogs logs;
  private final NavigableMap<Long, WindowState> states = new TreeMap<>();
  private int refreshes;

  WindowLedger(Registers registers, RegisterWriter writer, WindowLogs logs) {
    this.registers = registers;
    this.writer = writer;
    this.logs = logs;
  }

  /// The windows that have a register, by start, ms. Not to be modified.
  NavigableMap<Long, WindowState> states() {
    return Collections.unmodifiableNavigableMap(states);
  }

  /// Reads what has been added to any register. To those of closed windows only others' uploads and retirements are
  /// added, so they are looked at less often: each look is an operation that a shared volume bills.
  ///
  /// @throws IOException if the directory of registers cannot be listed
  void refreshAll() throws IOException {
    List<Long> starts = registers.starts();
    states.keySet().retainAll(starts);
    boolean all = refreshes++ % CLOSED_EVERY == 0;
    for (long start : starts) {
      WindowState known = states.get(start);
      if (all || known == null || !known.isClosed()) {
        refresh(start);
      }
    }
  }

  /// What is known of a window, without a look at the volume.
  WindowState known(long start) {
    return states.getOrDefault(start, WindowState.empty(start));
  }

  /// Reads what has been added to one register, which may not exist yet.
  WindowState refresh(long start) {
    WindowState known = known(start);
    WindowState fresh = registers.refresh(known);
    if (fresh.health() != WindowState.Health.WHOLE && fresh.health() != known.health()) {
      LOG.error("register of window {} is {}: nothing is appended to it: {}", start, fresh.health(),
          fresh.reason());
    }
    if (fresh.nextNumber() > 1 || fresh.health() != WindowState.Health.WHOLE) {
      states.put(start, fresh);
    }
    return fresh;
  }

  /// Forgets a register that has been removed.
  void forget(long start) {
    states.remove(start);
  }

  /// Blocks that are to be served, in the order of their windows.
  Set<Ulid> blocks() {
    var blocks = new LinkedHashSet<Ulid>();
    states.values().forEach(state -> blocks.addAll(state.blocks()));
    return blocks;
  }

  /// Registers that cannot be read to their end.
  int unreadable() {
    return (int) states.values().stream().filter(state -> state.health() != WindowState.Health.WHOLE).count();
  }

  /// Blocks that were registered and are needed no more, as far as registers can be read to their end.
  Set<Ulid> dropped() {
    var dropped = new LinkedHashSet<Ulid>();
    whole().forEach(state -> dropped.addAll(state.dropped()));
    return dropped;
  }

  private List<WindowState> whole() {
    return states.values().stream().filter(state -> state.health() == WindowState.Health.WHOLE).toList();
  }

  /// Blocks that were announced by a claim, may lie on the volume complete, and can never be registered any more, because
  /// the claim has been superseded or the window is closed.
  Set<Ulid> orphans() {
    var orphans = new LinkedHashSet<Ulid>();
    for (WindowState state : whole()) {
      Optional<Claim> open = state.isClosed() ? Optional.empty() : state.openClaim();
      for (RegisterRecord next : state.records()) {
        if (next instanceof Claim claim && !open.equals(Optional.of(claim))) {
          orphans.add(claim.planned());
        }
      }
      state.blocks().forEach(orphans::remove);
    }
    return orphans;
  }

  /// Appends a record.
  ///
  /// @param seen    what the record is decided on
  /// @param window  keeps the record when the volume gives no answer; [#settle] asks again
  /// @param content makes the record for its stamp
  /// @return the register with the record; empty when somebody else was faster or nobody knows
  Optional<WindowState> append(WindowState seen, PendingWindow window,
      Function<Stamp, RegisterRecord> content) {
    return append(seen, window, content.apply(writer.stamp(seen)));
  }

  /// Asks again for a record the volume gave no answer for.
  ///
  /// @return the register with the record; empty when it is not there, and [PendingWindow#unanswered] says whether it
  ///         may still come
  Optional<WindowState> settle(long start, PendingWindow window) {
    RegisterRecord asked = window.unanswered().orElseThrow();
    WindowState state = refresh(start);
    if (state.records().contains(asked)) {
      window.unanswered(null);
      return Optional.of(state);
    }
    if (state.nextNumber() == asked.number() && state.accepts(asked)) {
      return append(state, window, asked);
    }
    if (state.nextNumber() > asked.number()) {
      window.unanswered(null);
    }
    return Optional.empty();
  }

  private Optional<WindowState> append(WindowState seen, PendingWindow window, RegisterRecord asked) {
    for (int i = 0; i < ATTEMPTS; i++) {
      switch (writer.append(seen, asked)) {
        case Appended(WindowState state) -> {
          window.unanswered(null);
          states.put(seen.start(), state);
          logs.note(seen.start(), asked.number());
          return Optional.of(state);
        }
        case Lost(WindowState state) -> {
          window.unanswered(null);
          states.put(seen.start(), state);
          LOG.info("record {} of window {} was written by somebody else", asked.number(), seen.start());
          return Optional.empty();
        }
        case Unknown(IOException cause) -> {
          window.unanswered(asked);
          LOG.warn("appending record {} of window {}: no answer", asked.number(), seen.start(), cause);
        }
      }
    }
    return Optional.empty();
  }

  /// Starts of the windows that are not closed, ascending.
  List<Long> open() {
    var open = new ArrayList<Long>();
    states.forEach((start, state) -> {
      if (!state.isClosed()) {
        open.add(start);
      }
    });
    return open;
  }
}
