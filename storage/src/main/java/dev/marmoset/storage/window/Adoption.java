package dev.marmoset.storage.window;

import dev.marmoset.storage.head.FrozenWindow;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.window.PendingWindow.Held;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has memory give way to blocks, whoever has cut them. Confined to the keeper's thread.
///
/// Blocks and memory together hold at any time everything that was taken in, because memory is hidden in the same moment
/// from which on blocks are served that hold all of it. What a block of somebody else's says it covers, and up to where
/// the memory reaches, are both told by positions of the logs:
///
/// | the memory reaches                       | what is done                                                              |
/// |------------------------------------------|---------------------------------------------------------------------------|
/// | not further than the blocks               | it is hidden                                                               |
/// | further, and it has chunks in order       | what lies further is read from the logs again, as late samples, before it is hidden |
/// | further, with late samples only           | it stays, beside the blocks, until the next block covers it                 |
///
/// The last one differs from the second because the logs can only be read by the segment: the little that late samples
/// take is not worth it. They are in the memory of the block's author too, which cuts them next.
final class Adoption {
  private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

  private final KeeperParts parts;

  Adoption(KeeperParts parts) {
    this.parts = parts;
  }

  /// Whether all blocks of a window are being served.
  boolean isServed(WindowState state) {
    return isServed(state.blocks());
  }

  private boolean isServed(Collection<Ulid> blocks) {
    return blocks.stream().allMatch(block -> parts.shelf().block(block).isPresent());
  }

  /// Whether a block of a window is not served but may be later.
  boolean isMissing(WindowState state) {
    return state.blocks().stream()
        .anyMatch(block -> parts.shelf().block(block).isEmpty() && !parts.shelf().isSetAside(block));
  }

  /// Gives up what of the memory lies in blocks of the window.
  ///
  /// @param state  as far as it is known
  /// @param reread whether the rest may be read from the logs again
  void step(WindowState state, PendingWindow window, boolean reread) {
    if (window.held().isEmpty() || !isServed(state)) {
      return;
    }
    CoveredPositions covered = state.covered();
    boolean news = !covered.equals(window.adopted());
    List<Held> rest = window.held().stream().filter(memory -> !covered.covers(memory.upTo())).toList();
    window.adopted(covered);
    if (news && reread && rest.stream().anyMatch(memory -> memory.samples().isInOrder())
        && readAgain(state, covered, rest)) {
      rest = List.of();
    }
    var superfluous = new ArrayList<>(window.held());
    superfluous.removeAll(rest);
    if (!superfluous.isEmpty()) {
      parts.stats().adopted.increment();
      LOG.info("window {}: memory has given way to blocks {}", state.start(), state.blocks());
      giveUp(window, superfluous);
    }
    if (news && !rest.isEmpty()) {
      becomesDueLater(window);
    }
  }

  private void becomesDueLater(PendingWindow window) {
    window.dueAt(parts.logs().acceptanceClock() + parts.options().lateAge().toMillis());
  }

  /// All of it at once, so that the window's growing memory has everything that the blocks do not: what is cut from it
  /// later covers the logs without a gap.
  private boolean readAgain(WindowState state, CoveredPositions covered, List<Held> rest) {
    CoveredPositions upTo =
        rest.stream().map(Held::upTo).reduce(CoveredPositions.NONE, CoveredPositions::union);
    try {
      parts.logs().readAgain(state.start(), covered, upTo);
      return true;
    } catch (IOException e) {
      parts.stats().failures.increment();
      LOG.warn("window {}: its memory stays beside blocks {}, which do not hold all of it: {}", state.start(),
          state.blocks(), e.toString());
      return false;
    }
  }

  /// Gives up all memory of a window.
  ///
  /// @param blocks that hold all of it
  /// @return whether it is given up; not before all of them are being served
  boolean giveUpAll(Collection<Ulid> blocks, PendingWindow window) {
    serve();
    if (!isServed(blocks)) {
      becomesDueLater(window);
      return false;
    }
    giveUp(window, List.copyOf(window.held()));
    return true;
  }

  /// Serves the blocks that the registers name, as far as they can be read.
  void serve() {
    parts.shelf().serve(parts.ledger().blocks(), () -> {
    }, () -> {
    });
  }

  /// The registered blocks take the place of memory, for all queriers opened from now on.
  private void giveUp(PendingWindow window, Collection<Held> memory) {
    List<FrozenWindow> frozen = memory.stream().map(Held::samples).toList();
    window.held().removeAll(List.copyOf(memory));
    parts.shelf().serve(parts.ledger().blocks(), () -> frozen.forEach(FrozenWindow::hide),
        () -> frozen.forEach(this::drop));
  }

  private void drop(FrozenWindow frozen) {
    try {
      frozen.drop();
    } catch (IOException e) {
      LOG.warn("removing the scratch file of window {}: {}", frozen.start(), e.toString());
    }
  }
}
