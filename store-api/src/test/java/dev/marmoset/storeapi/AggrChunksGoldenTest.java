package dev.marmoset.storeapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.proto.thanos.AggrChunk;
import dev.marmoset.storage.chunk.Chunk;
import dev.marmoset.storage.chunk.ChunkEncoding;
import dev.marmoset.storage.chunk.XorAppender;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/// The bytes of a chunk on the wire.
final class AggrChunksGoldenTest {
  @Test
  void writesTimesDataAndHashUnderTheNumbersOfTypesProto() {
    var appender = new XorAppender();
    appender.append(1000, Double.doubleToRawLongBits(1));
    appender.append(2000, Double.doubleToRawLongBits(2));
    byte[] wire = AggrChunks.of(appender.chunk()).toByteArray();
    // 1: 1000, 2: 2000, 3: { 2: data (0002 count, d00f 1000, 3ff0.. 1.0, e807 delta, c25fff value), 3: hash }; type 0
    // is left out. Data is what Prometheus writes, the hash that of the Python package xxhash.
    assertThat(HexFormat.of().formatHex(wire)).isEqualTo(
        "08e80710d00f1a1e1211" + "0002d00f3ff0000000000000e807c25fff" + "18" + "c2d4adae85eabbaaaf01");
  }

  @Test
  void numbersEncodingsAsOnDiskMinusOne() {
    assertThat(AggrChunks.wireNumber(ChunkEncoding.XOR)).isZero();
    assertThat(AggrChunks.wireNumber(ChunkEncoding.HISTOGRAM)).isEqualTo(1);
    assertThat(AggrChunks.wireNumber(ChunkEncoding.FLOAT_HISTOGRAM)).isEqualTo(2);
  }

  @Test
  void passesHistogramsThrough() {
    AggrChunk wire = AggrChunks.of(new Chunk(ChunkEncoding.FLOAT_HISTOGRAM, 5, 6, new byte[] {0, 2, 9}));
    assertThat(wire.getRaw().getType()).isEqualTo(dev.marmoset.proto.thanos.Chunk.Encoding.FLOAT_HISTOGRAM);
    assertThat(wire.getRaw().getData().toByteArray()).containsExactly(0, 2, 9);
    assertThat(wire.getMinTime()).isEqualTo(5);
    assertThat(wire.getMaxTime()).isEqualTo(6);
  }
}
