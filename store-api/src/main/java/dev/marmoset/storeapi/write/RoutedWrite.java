package dev.marmoset.storeapi.write;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The part of a router's message that belongs to one tenant, as a message of remote write 1.0.
///
/// A `prometheus_copy.TimeSeries` has the bytes of a `prometheus.TimeSeries`, and both shapes of `thanos.WriteRequest`
/// carry them in a field 1: routers up to 0.42.4 in the message itself, beside the tenant, later ones in one tuple per
/// tenant. So the bytes are passed on as they came; what else a tuple holds, remote write 1.0 skips.
final class RoutedWrite {
  /// Tenants of one message. Each is a write of its own, so a message of many small ones would cost far more than its
  /// bytes.
  static final int MAX_TENANTS = 1000;

  private static final int TIMESERIES = 1 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int TENANT = 2 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int TUPLE = 4 << 3 | WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private final String tenant;
  private final byte[] bytes;
  private final int offset;
  private final int length;

  private RoutedWrite(String tenant, byte[] bytes, int offset, int length) {
    this.tenant = tenant;
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
  }

  /// Takes a message apart, in the order of its tenants.
  ///
  /// @param message a `thanos.WriteRequest` from index 0 on; kept
  /// @param length  its bytes
  /// @throws IOException if it is none
  static List<RoutedWrite> split(byte[] message, int length) throws IOException {
    var writes = new ArrayList<RoutedWrite>();
    var own = new Run(message);
    String tenant = "";
    var in = CodedInputStream.newInstance(message, 0, length);
    int start = 0;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (tag) {
        case TIMESERIES -> {
          in.skipRawBytes(in.readRawVarint32());
          own.add(start, in.getTotalBytesRead());
        }
        case TENANT -> tenant = in.readStringRequireUtf8();
        case TUPLE -> {
          int size = in.readRawVarint32();
          int offset = in.getTotalBytesRead();
          in.skipRawBytes(size);
          if (writes.size() == MAX_TENANTS) {
            throw new IOException("the message names more than " + MAX_TENANTS + " tenants");
          }
          writes.add(new RoutedWrite(tenantOf(message, offset, size), message, offset, size));
        }
        // The number of the replica among them: a store takes whatever is sent to it.
        default -> in.skipField(tag);
      }
      start = in.getTotalBytesRead();
    }
    if (!own.isEmpty()) {
      writes.addFirst(own.of(tenant));
    }
    return writes;
  }

  /// Name of the tenant; empty if none is named.
  String tenant() {
    return tenant;
  }

  /// Bytes of the message.
  int length() {
    return length;
  }

  /// The message, to be read once.
  InputStream body() {
    return new ByteArrayInputStream(bytes, offset, length);
  }

  private static String tenantOf(byte[] message, int offset, int length) throws IOException {
    String tenant = "";
    var in = CodedInputStream.newInstance(message, offset, length);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == TENANT) {
        tenant = in.readStringRequireUtf8();
      } else {
        in.skipField(tag);
      }
    }
    return tenant;
  }

  /// Fields that are passed on together. They lie side by side in what Go's encoder writes, and then nothing is copied.
  private static final class Run {
    private final byte[] message;
    private int start;
    private int end;
    private @Nullable ByteArrayOutputStream joined;

    Run(byte[] message) {
      this.message = message;
    }

    void add(int from, int to) {
      if (joined == null && (start == end || end == from)) {
        start = start == end ? from : start;
        end = to;
        return;
      }
      if (joined == null) {
        joined = new ByteArrayOutputStream(2 * (end - start));
        joined.write(message, start, end - start);
      }
      joined.write(message, from, to - from);
    }

    boolean isEmpty() {
      return start == end;
    }

    RoutedWrite of(String tenant) {
      if (joined == null) {
        return new RoutedWrite(tenant, message, start, end - start);
      }
      byte[] bytes = joined.toByteArray();
      return new RoutedWrite(tenant, bytes, 0, bytes.length);
    }
  }
}
