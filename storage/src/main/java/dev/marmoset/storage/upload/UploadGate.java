package dev.marmoset.storage.upload;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.objstore.ObjectStore.RequestGate;
import dev.marmoset.storage.objstore.RequestDeniedException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/// Lets requests start only under a valid own lease, and tells about every 60 s that the upload makes progress: peers
/// take a claim over that shows none for 10 min. Thread-safe.
final class UploadGate implements RequestGate {
  private static final long NOTE_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final Clock clock;
  private final BooleanSupplier leaseValid;
  private final Runnable note;
  private final AtomicLong lastNote;

  /// @param leaseValid whether a request may start now
  /// @param note       writes down that there is progress
  UploadGate(Clock clock, BooleanSupplier leaseValid, Runnable note) {
    this.clock = clock;
    this.leaseValid = leaseValid;
    this.note = note;
    this.lastNote = new AtomicLong(clock.nanos());
  }

  @Override
  public void pass() throws RequestDeniedException {
    if (!leaseValid.getAsBoolean()) {
      throw new RequestDeniedException("the own lease is not valid");
    }
    progress();
  }

  /// Something went on.
  void progress() {
    long last = lastNote.get();
    long now = clock.nanos();
    if (now - last >= NOTE_NANOS && lastNote.compareAndSet(last, now)) {
      note.run();
    }
  }
}
