package dev.marmoset.storage.log.read;

import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.log.entry.LogVisitor;
import dev.marmoset.storage.log.read.SegmentOutcome.Complete;
import dev.marmoset.storage.log.read.SegmentOutcome.Damaged;
import dev.marmoset.storage.log.read.SegmentOutcome.TooNew;
import dev.marmoset.storage.log.read.SegmentOutcome.TornTail;
import dev.marmoset.storage.log.record.RecordDecoder;
import dev.marmoset.storage.log.record.RecordScanner;
import dev.marmoset.storage.log.record.SegmentHead;
import java.io.IOException;

/// Reads one segment, and goes on where it stopped when the segment has grown. Not thread-safe.
///
/// Definitions and value state stay between calls, so that a follower reads only what is new.
final class SegmentReader implements AutoCloseable {
  private LogSegmentFile segment;
  private final RecordScanner scanner;
  private final RecordDecoder decoder = new RecordDecoder();
  private boolean begun;

  SegmentReader(LogSegmentFile segment) {
    this.segment = segment;
    this.scanner = new RecordScanner(segment.incarnation(), segment.number());
  }

  /// The end of the segment has become known; the next reading goes up to it.
  void endsAt(LogSegmentFile ended) {
    segment = ended;
  }

  /// Delivers what lies between the position reached and the end of the segment.
  ///
  /// @param file freshly opened
  /// @throws IOException if the file cannot be read; the position reached stays
  SegmentOutcome readOn(ReadFile file, LogVisitor visitor) throws IOException {
    scanner.forgetReadAhead();
    if (!begun) {
      switch (SegmentHead.read(file, segment.incarnation(), segment.number())) {
        case SegmentHead.Valid _ -> begun = true;
        case SegmentHead.TooNew head -> {
          return new TooNew(counts(), head.what());
        }
        case SegmentHead.Broken head -> {
          return new Damaged(counts(), head.why());
        }
      }
    }
    long limit = segment.end().orElse(Long.MAX_VALUE);
    RecordScanner.Found found = scanner.look(file, limit);
    while (found == RecordScanner.Found.RECORD) {
      visitor.recordBegin(scanner.recordEnd());
      RecordDecoder.Result result = decoder.decode(scanner, visitor);
      switch (result) {
        case DONE -> scanner.advance();
        case TOO_NEW -> {
          return new TooNew(counts(), decoder.why());
        }
        case MALFORMED -> {
          return new Damaged(counts(), decoder.why());
        }
      }
      visitor.recordEnd(scanner.offset());
      found = scanner.look(file, limit);
    }
    return end(found == RecordScanner.Found.NOTHING);
  }

  private SegmentOutcome end(boolean clean) {
    if (segment.end().isPresent() && scanner.offset() > segment.end().getAsLong()) {
      // Read before the log was sealed below it: extra samples, which are kept.
      return new Complete(counts());
    }
    if (segment.end().isPresent() && scanner.offset() < segment.end().getAsLong()) {
      String why = clean ? "file ends" : scanner.why();
      return new Damaged(counts(), why + ", the segment's valid length is " + segment.end().getAsLong());
    }
    if (clean) {
      return new Complete(counts());
    }
    return segment.last() ? new TornTail(counts(), scanner.why()) : new Damaged(counts(), scanner.why());
  }

  /// What has been delivered so far.
  SegmentCounts counts() {
    return new SegmentCounts(begun ? scanner.offset() : 0, scanner.sequence(), decoder.seriesCount(),
        decoder.samples());
  }

  @Override
  public void close() {
    decoder.close();
  }
}
