package dev.marmoset.storage.log.record;

import dev.marmoset.storage.chunk.histogram.HistogramSample;
import dev.marmoset.storage.io.ByteReader;
import dev.marmoset.storage.io.ReadFile;
import dev.marmoset.storage.io.Ulid;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.log.entry.LogVisitor;
import java.io.IOException;

/// What the first record of a segment's file says.
public sealed interface SegmentHead {
  /// An ordinary segment or a seal.
  ///
  /// @param seal        whether the log ends here
  /// @param number      of the segment
  /// @param previousEnd valid length of the segment before, 0 in segment 1
  /// @param reason      one of `LogFormat.REASON_…`
  record Valid(boolean seal, long number, long previousEnd, int reason) implements SegmentHead {}

  /// Written by a newer version.
  record TooNew(String what) implements SegmentHead {}

  /// No beginning of a segment. Segments appear complete, so this is damage wherever it is.
  record Broken(String why) implements SegmentHead {}

  /// Reads the beginning of the file of a segment.
  static SegmentHead read(ReadFile file, Ulid incarnation, long number) throws IOException {
    byte[] magic = new byte[LogFormat.MAGIC_LENGTH];
    if (file.readUpTo(0, magic, 0, magic.length) < magic.length) {
      return new Broken("magic cut off");
    }
    long found = new ByteReader(magic, 0, magic.length).u64();
    int version = (int) (found >>> LogFormat.VERSION_SHIFT);
    if ((found & (1L << LogFormat.VERSION_SHIFT) - 1) != LogFormat.MAGIC || version == 0) {
      return new Broken("wrong magic");
    }
    if (version > LogFormat.VERSION) {
      return new TooNew("format version " + version);
    }
    var scanner = new RecordScanner(incarnation, number);
    return switch (scanner.look(file, Long.MAX_VALUE)) {
      case RECORD -> decode(scanner, incarnation, number);
      case NOTHING -> new Broken("first record missing");
      case BROKEN -> new Broken("first record: " + scanner.why());
    };
  }

  private static SegmentHead decode(RecordScanner record, Ulid incarnation, long number) {
    try (var decoder = new RecordDecoder(); var body = new RecordBody()) {
      var checked = decoder.decode(record, Ignore.INSTANCE);
      if (checked != RecordDecoder.Result.DONE) {
        return checked == RecordDecoder.Result.TOO_NEW ? new TooNew(decoder.why())
            : new Broken(decoder.why());
      }
      if (record.type() != LogFormat.OPEN && record.type() != LogFormat.SEAL) {
        return new Broken("first record is of type " + record.type());
      }
      var sections = new ByteReader(new byte[0], 0, 0);
      if (!body.open(record, sections)) {
        return new Broken("first record does not uncompress");
      }
      return sections(sections, record.type() == LogFormat.SEAL, incarnation, number);
    }
  }

  private static SegmentHead sections(ByteReader in, boolean seal, Ulid incarnation, long number) {
    boolean identified = false;
    boolean linked = false;
    long previousEnd = 0;
    int reason = 0;
    while (in.remaining() > 0) {
      long id = in.uvarint();
      byte[] content = in.bytes(in.count(in.remaining()));
      var section = new ByteReader(content, 0, content.length);
      if (id == LogFormat.IDENTITY) {
        byte[] owner = section.bytes(Ulid.BYTES);
        identified = section.ok() && incarnation.equals(Ulid.read(owner, 0)) && section.uvarint() == number;
      } else if (id == LogFormat.PREVIOUS) {
        previousEnd = section.uvarint();
        reason = section.u8();
        linked = section.ok() && previousEnd >= 0;
      }
    }
    if (!identified || !linked && number > 1) {
      return new Broken("first record lacks the identity of this segment or the end of the one before");
    }
    return new Valid(seal, number, previousEnd, reason);
  }

  /// Receives what is checked but not wanted.
  enum Ignore implements LogVisitor {
    /// The only one.
    INSTANCE;

    @Override
    public void series(int number, Labels labels) {}

    @Override
    public void sample(int number, long t, long valueBits) {}

    @Override
    public void histogram(int number, long t, HistogramSample sample) {}
  }
}
