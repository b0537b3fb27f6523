package dev.marmoset.storage.replica;

import dev.marmoset.storage.io.Clock;
import dev.marmoset.storage.io.ExclusiveCreate;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.log.LogSeal;
import dev.marmoset.storage.log.read.LogTail;
import dev.marmoset.storage.log.read.LogTail.Sight;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Ends the logs of replicas that are gone, by creating the segment they would need to go on. Confined to one thread.
///
/// Why no acknowledged sample is lost: after 45 s of silence the owner's lease has lapsed three times over, so whatever
/// it acknowledges later it acknowledges in the next segment, and whoever creates that first has decided. It therefore
/// does not matter either when a link that got no answer is carried out in the end.
final class Sealer {
  private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);

  private record Pending(long number, ExclusiveCreate create) {}

  private final FollowOptions options;
  private final FileSystem files;
  private final Clock clock;
  private final RandomGenerator random;
  private final Map<Ulid, Pending> pending = new HashMap<>();
  private final LongAdder sealed = new LongAdder();

  Sealer(FollowOptions options, FileSystem files, Clock clock, RandomGenerator random) {
    this.options = options;
    this.files = files;
    this.clock = clock;
    this.random = random;
  }

  /// Tries to seal a log that has just been looked at.
  ///
  /// @return whether somebody has the name now, so that the next look shows who
  boolean seal(LogTail tail) {
    Sight sight = tail.sight();
    Pending attempt = pending.get(tail.incarnation());
    if (attempt == null || attempt.number() != sight.last() + 1) {
      attempt = new Pending(sight.last() + 1, creation(tail.incarnation(), sight));
      pending.put(tail.incarnation(), attempt);
    }
    ExclusiveCreate.Result result = attempt.create().attempt();
    switch (result) {
      case WON -> {
        sealed.increment();
        LOG.info("sealed log {} of a replica that is gone, as segment {}", tail.incarnation(),
            attempt.number());
      }
      case LOST -> LOG.info("segment {} of log {} is somebody else's", attempt.number(), tail.incarnation());
      case UNKNOWN -> LOG.warn("sealing log {}: {}", tail.incarnation(),
          attempt.create().lastError().toString());
    }
    if (result != ExclusiveCreate.Result.UNKNOWN) {
      pending.remove(tail.incarnation());
    }
    return result != ExclusiveCreate.Result.UNKNOWN;
  }

  /// Logs this process has sealed. Any thread.
  long sealed() {
    return sealed.sum();
  }

  /// Of a last segment whose beginning is not readable nothing is valid.
  private ExclusiveCreate creation(Ulid log, Sight sight) {
    long end = sight.segment() == sight.last() ? sight.consumed() : 0;
    return new LogSeal(log, sight.last() + 1, end, options.own(), random.nextLong(), clock.wallMillis())
        .creation(files, options.data(), options.version());
  }
}
