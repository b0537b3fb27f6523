package dev.marmoset.storage.chunk.lane;

import dev.marmoset.storage.chunk.BitReader;
import dev.marmoset.storage.chunk.BitWriter;
import dev.marmoset.storage.chunk.Varbit;
import dev.marmoset.storage.chunk.XorCodec;

/// The numbers of histogram samples, each coded against its own predecessor: [#COUNT], [#ZERO_COUNT], then the buckets.
///
/// State of one chunk for one direction, writing or reading.
sealed interface Columns {
  /// Column of the number of observations.
  int COUNT = 0;
  /// Column of those in the zero bucket.
  int ZERO_COUNT = 1;
  /// Column of the first bucket.
  int FIRST_BUCKET = 2;

  /// Writes the number of the chunk's first sample.
  void writeFirst(BitWriter bits, int column, long number);

  /// Writes the number of a further sample.
  void writeNext(BitWriter bits, int column, long number);

  /// Writes what a stale sample has in a column of counts.
  void writeStale(BitWriter bits, int column);

  /// Reads the number of the chunk's first sample.
  long readFirst(BitReader bits, int column);

  /// Reads the number of a further sample.
  long readNext(BitReader bits, int column);

  /// Integers: the change of the change.
  final class Changes implements Columns {
    private final long[] numbers;
    private final long[] changes;

    Changes(int columns) {
      numbers = new long[columns];
      changes = new long[columns];
    }

    @Override
    public void writeFirst(BitWriter bits, int column, long number) {
      numbers[column] = number;
      if (column < FIRST_BUCKET) {
        Varbit.writeUnsigned(bits, number);
      } else {
        Varbit.writeSigned(bits, number);
      }
    }

    @Override
    public void writeNext(BitWriter bits, int column, long number) {
      long change = number - numbers[column];
      Varbit.writeSigned(bits, change - changes[column]);
      numbers[column] = number;
      changes[column] = change;
    }

    @Override
    public void writeStale(BitWriter bits, int column) {
      Varbit.writeSigned(bits, 0);
    }

    @Override
    public long readFirst(BitReader bits, int column) {
      numbers[column] = column < FIRST_BUCKET ? Varbit.readUnsigned(bits) : Varbit.readSigned(bits);
      return numbers[column];
    }

    @Override
    public long readNext(BitReader bits, int column) {
      changes[column] += Varbit.readSigned(bits);
      numbers[column] += changes[column];
      return numbers[column];
    }
  }

  /// Floats: the XOR of raw bits, a window for each column.
  final class Xors implements Columns {
    private final long[] numbers;
    private final int[] windows;

    Xors(int columns) {
      numbers = new long[columns];
      windows = new int[columns];
    }

    @Override
    public void writeFirst(BitWriter bits, int column, long number) {
      numbers[column] = number;
      bits.write(number, Long.SIZE);
    }

    @Override
    public void writeNext(BitWriter bits, int column, long number) {
      long xor = number ^ numbers[column];
      numbers[column] = number;
      if (xor == 0) {
        bits.write(XorCodec.SAME_VALUE, XorCodec.SAME_VALUE_BITS);
        return;
      }
      if (XorCodec.fits(xor, windows[column])) {
        bits.write(XorCodec.KEPT_WINDOW, XorCodec.KEPT_WINDOW_BITS);
      } else {
        windows[column] = XorCodec.windowOf(xor);
        bits.write(XorCodec.newWindow(windows[column]), XorCodec.NEW_WINDOW_BITS);
      }
      bits.write(XorCodec.windowBits(xor, windows[column]), XorCodec.windowLength(windows[column]));
    }

    @Override
    public void writeStale(BitWriter bits, int column) {
      writeNext(bits, column, 0);
    }

    @Override
    public long readFirst(BitReader bits, int column) {
      numbers[column] = bits.read(Long.SIZE);
      return numbers[column];
    }

    @Override
    public long readNext(BitReader bits, int column) {
      if (bits.readBit()) {
        if (bits.readBit()) {
          windows[column] =
              XorCodec.readWindow(bits.read(XorCodec.NEW_WINDOW_BITS - XorCodec.KEPT_WINDOW_BITS));
        }
        readChanged(bits, column);
      }
      return numbers[column];
    }

    private void readChanged(BitReader bits, int column) {
      int window = windows[column];
      if (window == XorCodec.NO_WINDOW) {
        bits.fail();
      } else {
        numbers[column] ^= bits.read(XorCodec.windowLength(window)) << XorCodec.windowShift(window);
      }
    }
  }
}
