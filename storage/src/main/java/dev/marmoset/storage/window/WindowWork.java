package dev.marmoset.storage.window;

import dev.marmoset.storage.Querier;
import dev.marmoset.storage.SeriesSet;
import dev.marmoset.storage.head.FrozenWindow;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.TimeRange;
import dev.marmoset.storage.log.read.CoveredPositions;
import dev.marmoset.storage.window.BlockBuild.Built;
import dev.marmoset.storage.window.PendingWindow.Held;
import dev.marmoset.storage.window.read.MergedSeries;
import dev.marmoset.storage.window.read.WatchedQuerier;
import dev.marmoset.storage.window.register.RegisterRecord;
import dev.marmoset.storage.window.register.RegisterRecord.Claim;
import dev.marmoset.storage.window.register.RegisterRecord.Commit;
import dev.marmoset.storage.window.register.RegisterRecord.Edition;
import dev.marmoset.storage.window.register.RegisterRecord.Part;
import dev.marmoset.storage.window.register.RegisterRecord.Publication;
import dev.marmoset.storage.window.register.RegisterRecord.Purpose;
import dev.marmoset.storage.window.register.RegisterRecord.Span;
import dev.marmoset.storage.window.register.WindowState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns memory and parts of one window into a registered block. Confined to the keeper's thread.
///
/// Each call goes as far as it can; what is missing (a claim somebody else holds, an answer of the volume, logs that may
/// still bring samples) makes it return early, and the next call goes on from there.
final class WindowWork {
  private static final Logger LOG = LoggerFactory.getLogger(WindowWork.class);
  /// Names created by others are in directory listings for sure after this time (attribute caches of NFS).
  private static final Duration CLOSING_WAIT = Duration.ofSeconds(65);
  private static final Duration PROGRESS = Duration.ofSeconds(60);

  private final KeeperParts parts;
  private final WindowLedger ledger;
  private final WindowLogs logs;
  private final Adoption adoption;
  private long lastProgress;

  WindowWork(KeeperParts parts) {
    this.parts = parts;
    this.ledger = parts.ledger();
    this.logs = parts.logs();
    this.adoption = new Adoption(parts);
  }

  /// Freezes what the head has of the window now.
  ///
  /// @return whether all its memory is frozen; not while an earlier window has open chunks that are not
  boolean freeze(long start, PendingWindow window) {
    if (parts.head().growing().stream().anyMatch(earlier -> earlier.start() < start && earlier.inOrder())) {
      return false;
    }
    // Before the freezing: what these positions say is in the head, and so in what is frozen.
    CoveredPositions consumed = logs.consumed();
    parts.head().freeze(start).ifPresent(frozen -> {
      // After it: whatever the head takes from here on is not in what is frozen.
      window.add(new Held(frozen, logs.taken(start)), consumed);
      window.adopted(frozen.isInOrder() ? CoveredPositions.NONE : ledger.known(start).covered());
      window.dueAt(logs.acceptanceClock());
    });
    return true;
  }

  /// Has frozen memory give way to blocks of others, or makes it one more block of the window: a part, or with
  /// [LateSamples#PATCH] a block of its own.
  ///
  /// @return whether it is done
  boolean cut(long start, PendingWindow window) throws IOException {
    if (window.unanswered().isPresent() && !settled(start, window)) {
      return false;
    }
    WindowState known = ledger.known(start);
    adoption.step(known, window, true);
    if (window.held().isEmpty()) {
      return true;
    }
    if (adoption.isMissing(known) || !mayClaim(known) || !isOurTurn(start, window.dueAt())) {
      return false;
    }
    WindowState seen = ledger.refresh(start);
    if (!seen.covered().equals(known.covered())) {
      // Somebody has cut it meanwhile: it is looked at once more.
      adoption.serve();
      return false;
    }
    boolean patch = isPublishedLate(seen);
    Optional<WindowState> claimed = claim(start, window, patch ? Purpose.PATCH : Purpose.PART, false);
    if (claimed.isEmpty()) {
      return false;
    }
    WindowState state = claimed.get();
    Optional<Built> built = write(state, memory(window));
    if (built.isEmpty()) {
      return adoption.giveUpAll(List.of(), window);
    }
    Optional<WindowState> done = patch
        ? commit(state, window, edition(state, false), built)
        : ledger.append(state, window,
            stamp -> new Part(stamp, built.get().meta().ulid(), built.get().files(),
                new Span(state.covered(), window.to())));
    done.ifPresent(_ -> parts.stats().parts.increment());
    return done.isPresent() && adoption.giveUpAll(names(built), window);
  }

  /// Closes the window once nothing can come for it any more: after this it never changes.
  ///
  /// @return whether it is done
  boolean close(long start, PendingWindow window) throws IOException {
    if (window.unanswered().isPresent() && !settled(start, window)) {
      return false;
    }
    WindowState known = ledger.known(start);
    if (known.isClosed()) {
      return adoptFinal(known, window);
    }
    adoption.step(known, window, false);
    if (window.closingSince() == Long.MIN_VALUE) {
      if (mayClaim(known) && isOurTurn(start, closingDueAt(known))
          && claim(start, window, closingPurpose(ledger.refresh(start)), true).isPresent()) {
        window.closingSince(parts.clock().nanos());
      }
      return false;
    }
    if (parts.clock().nanos() - window.closingSince() < CLOSING_WAIT.toNanos() || !logs.isPast(known.end())) {
      return false;
    }
    return freeze(start, window) && finish(start, window);
  }

  /// Everything is in the blocks of a closed window, whoever has closed it.
  private boolean adoptFinal(WindowState state, PendingWindow window) {
    if (!adoption.isServed(state)) {
      return false;
    }
    boolean frozen = freeze(state.start(), window);
    return adoption.giveUpAll(state.blocks(), window) && frozen;
  }

  /// By the acceptance clock, ms.
  long closingDueAt(WindowState state) {
    return state.end() + parts.options().acceptanceWindow().toMillis()
        + WindowOptions.CLOSING_DELAY.toMillis();
  }

  private Purpose closingPurpose(WindowState state) {
    return isPublishedLate(state) ? Purpose.PATCH : Purpose.FINAL;
  }

  /// Whether those who come before this replica have had their time.
  ///
  /// @param dueAt by the acceptance clock, ms
  private boolean isOurTurn(long start, long dueAt) {
    return logs.acceptanceClock() >= dueAt + logs.claimDelay(start).toMillis();
  }

  private boolean mayClaim(WindowState state) {
    return state.mayClaim(claim -> claim.author().equals(parts.incarnation()) || logs.isVoid(claim));
  }

  private boolean finish(long start, PendingWindow window) throws IOException {
    adoption.step(ledger.known(start), window, false);
    Optional<WindowState> claimed = claim(start, window, closingPurpose(ledger.refresh(start)), true);
    if (claimed.isEmpty()) {
      return false;
    }
    WindowState state = claimed.get();
    List<Part> merged =
        state.parts().stream().filter(part -> !parts.shelf().isSetAside(part.block())).toList();
    if (merged.stream().anyMatch(part -> parts.shelf().block(part.block()).isEmpty())) {
      LOG.warn("closing window {}: not all of its parts can be read now", start);
      adoption.serve();
      return false;
    }
    Optional<Built> built;
    if (merged.size() == 1 && window.held().isEmpty()) {
      Part only = merged.getFirst();
      built = parts.shelf().block(only.block()).map(block -> new Built(block.meta(), only.files()));
    } else {
      built = merge(state, merged, window);
    }
    Optional<WindowState> done = commit(state, window, edition(state, true), built);
    return done.isPresent() && adoption.giveUpAll(names(built), window);
  }

  private static List<Ulid> names(Optional<Built> block) {
    return block.stream().map(built -> built.meta().ulid()).toList();
  }

  /// The block that a record registers.
  private static List<Ulid> block(RegisterRecord registered) {
    return switch (registered) {
      case Part part -> List.of(part.block());
      case Commit commit -> commit.publication().stream().map(Publication::directory).toList();
      default -> List.of();
    };
  }

  /// Whether the window is published as several blocks. Its first COMMIT decides that for ever.
  private boolean isPublishedLate(WindowState state) {
    return !state.commits().isEmpty()
        || parts.options().lateSamples() == LateSamples.PATCH && state.parts().isEmpty()
            && !state.isClosing();
  }

  private static Edition edition(WindowState state, boolean closing) {
    int k = state.commits().size();
    if (k > 0) {
      return Edition.patch(k, closing);
    }
    return closing ? Edition.FINAL : Edition.FIRST;
  }

  /// Claims the window anew: each attempt to build a block has a claim and a name of its own.
  private Optional<WindowState> claim(long start, PendingWindow window, Purpose purpose, boolean closing) {
    WindowState state = ledger.refresh(start);
    if (!mayClaim(state)) {
      return Optional.empty();
    }
    lastProgress = parts.clock().nanos();
    Ulid planned = parts.ulids().next();
    return ledger.append(state, window, stamp -> new Claim(stamp, purpose, closing, planned));
  }

  private Optional<WindowState> commit(WindowState state, PendingWindow window, Edition edition,
      Optional<Built> built) {
    Claim claim = state.lastClaim().orElseThrow();
    List<Ulid> replaced = state.parts().stream().map(Part::block)
        .filter(block -> built.isEmpty() || !block.equals(built.get().meta().ulid())).toList();
    var done = ledger.append(state, window, stamp -> new Commit(stamp, edition,
        built.map(block -> parts.plan().of(stamp, edition, claim.number(), block.meta(), block.files())),
        replaced,
        new Span(state.covered(), state.covered().union(window.to()))));
    if (done.isPresent()) {
      parts.stats().commits.increment();
      LOG.info("window {} has got its {}: {} replace {} parts", state.start(), edition,
          built.map(block -> block.meta().stats().samples() + " samples in " + block.meta().ulid())
              .orElse("no samples"),
          replaced.size());
    }
    return done;
  }

  private Optional<Built> merge(WindowState state, List<Part> merged, PendingWindow window)
      throws IOException {
    var queriers = new ArrayList<Querier>();
    try {
      var sets = new ArrayList<SeriesSet>();
      for (Part part : merged) {
        Querier querier = parts.shelf().block(part.block())
            .flatMap(block -> block.querier(new TimeRange(state.start(), state.end() - 1)))
            .<Querier>map(block -> new WatchedQuerier(block,
                damage -> parts.shelf().quarantine(part.block(), String.valueOf(damage.getMessage()))))
            .orElseThrow();
        queriers.add(querier);
        sets.add(querier.select(List.of()));
      }
      for (FrozenWindow frozen : window.frozen()) {
        sets.add(frozen.series());
      }
      return sets.isEmpty() ? Optional.empty() : write(state, MergedSeries.of(sets));
    } finally {
      queriers.forEach(Querier::close);
    }
  }

  private static SeriesSet memory(PendingWindow window) throws IOException {
    var sets = new ArrayList<SeriesSet>();
    for (FrozenWindow frozen : window.frozen()) {
      sets.add(frozen.series());
    }
    return MergedSeries.of(sets);
  }

  private Optional<Built> write(WindowState state, SeriesSet series) throws IOException {
    long began = parts.clock().nanos();
    Ulid name = state.lastClaim().orElseThrow().planned();
    Optional<Built> built = parts.build().write(name, state.start(), series, () -> progress(state.start()));
    built.ifPresent(block -> {
      parts.stats().blockBytes.add(BlockShelf.bytes(block.meta()));
      LOG.info("window {}: wrote block {} with {} series and {} samples in {} ms", state.start(), name,
          block.meta().stats().series(), block.meta().stats().samples(),
          (parts.clock().nanos() - began) / 1_000_000);
    });
    return built;
  }

  private void progress(long start) {
    if (parts.clock().nanos() - lastProgress >= PROGRESS.toNanos()) {
      lastProgress = parts.clock().nanos();
      logs.note(start, 0);
    }
  }

  /// Finds out what became of a record the volume gave no answer for, and does what follows from it.
  ///
  /// @return whether it is known
  private boolean settled(long start, PendingWindow window) {
    RegisterRecord asked = window.unanswered().orElseThrow();
    Optional<WindowState> state = ledger.settle(start, window);
    if (state.isPresent() && (asked instanceof Part || asked instanceof Commit)) {
      adoption.giveUpAll(block(asked), window);
    }
    return window.unanswered().isEmpty();
  }
}
