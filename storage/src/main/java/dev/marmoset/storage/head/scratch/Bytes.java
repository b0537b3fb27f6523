package dev.marmoset.storage.head.scratch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Fixed-width numbers in byte arrays, little-endian: the byte order of everything the head puts on scratch.
public final class Bytes {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private Bytes() {}

  /// The 8 bytes at an offset.
  public static long getLong(byte[] source, int offset) {
    return (long) LONGS.get(source, offset);
  }

  /// Writes 8 bytes at an offset.
  public static void putLong(byte[] target, int offset, long value) {
    LONGS.set(target, offset, value);
  }

  /// The 4 bytes at an offset.
  public static int getInt(byte[] source, int offset) {
    return (int) INTS.get(source, offset);
  }

  /// Writes 4 bytes at an offset.
  public static void putInt(byte[] target, int offset, int value) {
    INTS.set(target, offset, value);
  }
}
