package dev.marmoset.storage.replica;

import dev.marmoset.storage.head.Head;
import dev.marmoset.storage.head.HeadReplay;
import dev.marmoset.storage.log.entry.LogBatch;
import dev.marmoset.storage.log.entry.LogVisitor;
import dev.marmoset.storage.log.read.LogSegmentFile;
import dev.marmoset.storage.log.read.SegmentObservation;
import dev.marmoset.storage.log.read.WindowCoverage;
import org.jspecify.annotations.Nullable;

/// Applies what one log holds to the head, but what lies in blocks.
public final class HeadIntake implements Intake {
  private final Head head;
  private final WindowCoverage coverage;
  private @Nullable HeadReplay current;

  /// An intake for one log.
  public HeadIntake(Head head, WindowCoverage coverage) {
    this.head = head;
    this.coverage = coverage;
  }

  @Override
  public LogVisitor begin(LogSegmentFile segment, SegmentObservation observed) {
    end();
    var replay = new HeadReplay(head, 0, observed, coverage, this::apply);
    current = replay;
    return replay;
  }

  @Override
  public void flush() {
    HeadReplay replay = current;
    if (replay != null) {
      replay.finish();
    }
  }

  @Override
  public void end() {
    HeadReplay replay = current;
    if (replay != null) {
      replay.finish();
      replay.close();
    }
    current = null;
  }

  private LogBatch apply(LogBatch batch) {
    if (!batch.isEmpty()) {
      head.apply(batch);
      batch.clear();
    }
    return batch;
  }
}
