package dev.marmoset.storeapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.proto.thanos.Chunk.Encoding;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorAppender;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/// The bytes of a chunk on the wire.
final class AggrChunksGoldenTest {
  @Test
  void writesTimesDataAndHashUnderTheNumbersOfTypesProto() {
    var appender = new XorAppender();
    appender.append(1000, Double.doubleToRawLongBits(1));
    appender.append(2000, Double.doubleToRawLongBits(2));
    Chunk chunk = appender.chunk();
    byte[] wire = new byte[AggrChunks.size(chunk, AggrChunks.hash(chunk))];
    assertThat(AggrChunks.write(wire, 0, chunk, AggrChunks.hash(chunk))).isEqualTo(wire.length);
    // Data is what Prometheus writes: 0002 count, d00f 1000, 3ff0.. 1.0, e807 delta, c25fff value. The hash is that of
    // the Python package xxhash, 0xaf54ef5055cb6a42.
    assertThat(HexFormat.of().formatHex(wire)).isEqualTo("1226" + "08e807" + "10d00f" + "1a1e"
        + "1211" + "0002d00f3ff0000000000000e807c25fff" + "18" + "c2d4adae85eabbaaaf01");
  }

  @Test
  void numbersEncodingsAsOnDiskMinusOne() {
    assertThat(AggrChunks.wireNumber(ChunkEncoding.XOR)).isEqualTo(Encoding.XOR_VALUE).isZero();
    assertThat(AggrChunks.wireNumber(ChunkEncoding.HISTOGRAM)).isEqualTo(Encoding.HISTOGRAM_VALUE)
        .isEqualTo(1);
    assertThat(AggrChunks.wireNumber(ChunkEncoding.FLOAT_HISTOGRAM)).isEqualTo(Encoding.FLOAT_HISTOGRAM_VALUE)
        .isEqualTo(2);
  }

  /// Against the generated classes.
  @Property
  void readsAsTheSameMessage(@ForAll long mint, @ForAll long maxt, @ForAll ChunkEncoding encoding,
      @ForAll @Size(min = 2, max = 300) byte[] data) {
    var chunk = new Chunk(encoding, Math.min(mint, maxt), Math.max(mint, maxt), data);
    assertThat(Wire.received(chunk)).isEqualTo(AggrChunk.newBuilder()
        .setMinTime(Math.min(mint, maxt)).setMaxTime(Math.max(mint, maxt))
        .setRaw(dev.marmoset.proto.thanos.Chunk.newBuilder().setTypeValue(encoding.id() - 1)
            .setData(ByteString.copyFrom(data)).setHash(Xxh64.hash(data, 0, data.length)))
        .build());
  }

  @Property
  void varintsHaveTheSizeTheyAnnounce(@ForAll long value) {
    for (int shift = 0; shift < Long.SIZE; shift++) {
      assertThat(Varints.write(new byte[11], 0, 8, value >>> shift))
          .isEqualTo(1 + Varints.size(value >>> shift));
    }
  }
}
