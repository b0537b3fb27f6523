package dev.marmoset.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import dev.marmoset.proto.prometheus.Label;
import dev.marmoset.proto.prometheus.Sample;
import dev.marmoset.proto.prometheus.TimeSeries;
import dev.marmoset.proto.prometheus.WriteRequest;
import dev.marmoset.proto.prometheus.writev2.Request;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.xerial.snappy.Snappy;

/// Remote-write bodies of [SeriesFixtures]: 2,000 samples each, one per series, in the order of the series.
///
/// Labels are encoded once, by the generated classes, for one host: hosts differ in the digits of their name only. Equal
/// parameters give equal bytes. Not thread-safe; distinct encoders over the same fixtures may work on distinct requests.
public final class RequestEncoder {
  /// Samples of a full request, Prometheus' own default (`max_samples_per_send`).
  public static final int SAMPLES = 2000;
  /// The span that samples of the late workload are spread over: half an hour less than the default acceptance window.
  public static final long LATE_SPAN_MS = 23 * 3_600_000L + 1_800_000L;
  /// More than a sample takes in either version.
  private static final int MOST_BYTES_PER_SAMPLE = 400;
  private static final int SAMPLES_FIELD = 2;

  /// Where the samples of the bodies lie in time.
  public enum Order {
    /// Scrape after scrape.
    IN_ORDER,
    /// Each sample anywhere within 23.5 h: the worst that may come.
    LATE
  }

  private final SeriesFixtures fixtures;
  private final int version;
  private final Order order;
  private final long begin;
  private final String[][] labels = new String[SeriesFixtures.SERIES_PER_HOST][];
  private final byte[][] labelsV1 = new byte[SeriesFixtures.SERIES_PER_HOST][];
  private final int[] instanceAt = new int[SeriesFixtures.SERIES_PER_HOST];
  private final byte[] raw = new byte[SAMPLES * MOST_BYTES_PER_SAMPLE];
  private final byte[] compressed = new byte[Snappy.maxCompressedLength(raw.length)];
  private int rawLength;
  private int lastHost = -1;
  private String lastInstance = "";

  /// @param version 1 or 2
  /// @param begin   beginning of scrape 0, or of the late span, ms since the epoch
  public RequestEncoder(SeriesFixtures fixtures, int version, Order order, long begin) {
    this.fixtures = fixtures;
    this.version = version;
    this.order = order;
    this.begin = begin;
    for (int i = 0; i < labelsV1.length; i++) {
      labels[i] = SeriesFixtures.labels(i);
      var series = TimeSeries.newBuilder();
      for (int j = 0; j < labels[i].length; j += 2) {
        series.addLabels(Label.newBuilder().setName(labels[i][j]).setValue(labels[i][j + 1]));
      }
      labelsV1[i] = series.build().toByteArray();
      instanceAt[i] = indexOf(labelsV1[i], SeriesFixtures.firstInstance());
    }
  }

  /// Requests that carry one scrape of all series.
  public static int requestsPerScrape(int series) {
    return (series + SAMPLES - 1) / SAMPLES;
  }

  /// The compressed body with a scrape of the series `request * SAMPLES` and up. To be called scrape by scrape.
  public byte[] encode(int scrape, int request) {
    int first = request * SAMPLES;
    int end = Math.min(fixtures.series(), first + SAMPLES);
    try {
      var out = CodedOutputStream.newInstance(raw);
      if (version == 1) {
        encodeV1(out, scrape, first, end);
      } else {
        encodeV2(out, scrape, first, end);
      }
      rawLength = out.getTotalBytesWritten();
      int length = Snappy.compress(raw, 0, rawLength, compressed, 0);
      return Arrays.copyOf(compressed, length);
    } catch (IOException e) {
      throw new UncheckedIOException("encoding request " + request + " of scrape " + scrape, e);
    }
  }

  /// Uncompressed bytes of the last body.
  public int rawLength() {
    return rawLength;
  }

  private long time(int series, int scrape) {
    return switch (order) {
      case IN_ORDER -> begin + SeriesFixtures.offset(series, scrape);
      case LATE -> begin + (long) (SeriesFixtures.uniform(series, scrape ^ 0x5555_0000) * LATE_SPAN_MS);
    };
  }

  private void encodeV1(CodedOutputStream out, int scrape, int first, int end) throws IOException {
    for (int i = first; i < end; i++) {
      int metric = i % SeriesFixtures.SERIES_PER_HOST;
      byte[] section = labelsV1[metric];
      var sample = Sample.newBuilder().setTimestamp(time(i, scrape))
          .setValue(Double.longBitsToDouble(fixtures.nextBits(i, scrape))).build();
      out.writeTag(WriteRequest.TIMESERIES_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      out.writeUInt32NoTag(section.length + CodedOutputStream.computeMessageSize(SAMPLES_FIELD, sample));
      SeriesFixtures.patchHost(section, instanceAt[metric], i / SeriesFixtures.SERIES_PER_HOST);
      out.writeRawBytes(section);
      out.writeMessage(SAMPLES_FIELD, sample);
    }
  }

  /// Symbols in the order of their first use, as Prometheus numbers them.
  private void encodeV2(CodedOutputStream out, int scrape, int first, int end) throws IOException {
    Map<String, Integer> symbols = new HashMap<>();
    intern(symbols, "", out);
    var refs = new byte[end - first][];
    for (int i = first; i < end; i++) {
      refs[i - first] = refs(symbols, i, out);
    }
    for (int i = first; i < end; i++) {
      byte[] section = refs[i - first];
      var sample = dev.marmoset.proto.prometheus.writev2.Sample.newBuilder().setTimestamp(time(i, scrape))
          .setValue(Double.longBitsToDouble(fixtures.nextBits(i, scrape))).build();
      out.writeTag(Request.TIMESERIES_FIELD_NUMBER, WireFormat.WIRETYPE_LENGTH_DELIMITED);
      out.writeUInt32NoTag(section.length + CodedOutputStream.computeMessageSize(SAMPLES_FIELD, sample));
      out.writeRawBytes(section);
      out.writeMessage(SAMPLES_FIELD, sample);
    }
  }

  private byte[] refs(Map<String, Integer> symbols, int series, CodedOutputStream out) throws IOException {
    var packed = new ByteArrayOutputStream();
    var packedOut = CodedOutputStream.newInstance(packed);
    String[] text = labels[series % SeriesFixtures.SERIES_PER_HOST];
    text[SeriesFixtures.INSTANCE] = instance(series / SeriesFixtures.SERIES_PER_HOST);
    for (String part : text) {
      packedOut.writeUInt32NoTag(intern(symbols, part, out));
    }
    packedOut.flush();
    var field = new ByteArrayOutputStream();
    var fieldOut = CodedOutputStream.newInstance(field);
    fieldOut.writeByteArray(1, packed.toByteArray());
    fieldOut.flush();
    return field.toByteArray();
  }

  private String instance(int host) {
    if (host != lastHost) {
      lastHost = host;
      lastInstance = SeriesFixtures.instance(host);
    }
    return lastInstance;
  }

  private static int intern(Map<String, Integer> symbols, String text, CodedOutputStream out)
      throws IOException {
    Integer known = symbols.get(text);
    if (known != null) {
      return known;
    }
    out.writeString(Request.SYMBOLS_FIELD_NUMBER, text);
    symbols.put(text, symbols.size());
    return symbols.size() - 1;
  }

  private static int indexOf(byte[] bytes, byte[] part) {
    return new String(bytes, ISO_8859_1).indexOf(new String(part, UTF_8));
  }
}
