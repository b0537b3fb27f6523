package dev.marmoset.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireVersionTest {
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "application/x-protobuf", " application/x-protobuf ",
    "application/octet-stream",
    "application/x-protobuf;", "application/x-protobuf ; ;", "APPLICATION/X-PROTOBUF",
    "application/x-protobuf;proto=prometheus.WriteRequest",
    "application/x-protobuf; PROTO=\"prometheus.writerequest\"",
    "application/x-protobuf;charset=\"utf-8; proto=none\""})
  void readsVersion1(String contentType) {
    assertThat(WireVersion.ofContentType(contentType)).contains(WireVersion.V1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"application/x-protobuf;proto=io.prometheus.write.v2.Request",
    "application/x-protobuf;\tproto=\"io.prometheus.write.v2.Request\" ; q=1",
    "application/x-protobuf;proto=io.prometheus.write.v2.Request;proto=io.prometheus.write.v2.Request"})
  void readsVersion2(String contentType) {
    assertThat(WireVersion.ofContentType(contentType)).contains(WireVersion.V2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", ";", ";proto=prometheus.WriteRequest",
    "application/x-protobuf, text/plain",
    "application/x-protobuf;proto=io.prometheus.write.v3.Request", "application/x-protobuf;proto=",
    "application/x-protobuf;proto=\"unclosed", "application/x-protobuf;proto=a b",
    "application/x-protobuf;pro to=x",
    "application/x-protobuf;proto=prometheus.WriteRequest;proto=io.prometheus.write.v2.Request",
    "application/x-protobuf;proto=\"a\\\"b\"", "application/x-protobuf;proto=\"\\"})
  void refusesTheRest(String contentType) {
    assertThat(WireVersion.ofContentType(contentType)).isEmpty();
  }
}
