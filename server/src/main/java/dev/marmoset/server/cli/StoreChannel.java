package dev.marmoset.server.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.server.cli.ClientAccess.Credential;
import dev.marmoset.server.config.HostPort;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/// Opens the way to a store's gRPC port.
final class StoreChannel {
  /// A message of the StoreAPI holds whole series; Thanos receives up to 2 GiB.
  private static final int MAX_MESSAGE_BYTES = 1 << 30;
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private StoreChannel() {}

  /// A channel, to be shut down by the caller. Nothing is connected yet.
  ///
  /// @throws IOException if a file of the access cannot be used; the text says which
  static ManagedChannel to(HostPort address, ClientAccess access) throws IOException {
    var headers = new Metadata();
    String authorization = authorization(access.credential());
    if (!authorization.isEmpty()) {
      headers.put(AUTHORIZATION, authorization);
    }
    var builder = NettyChannelBuilder.forAddress(address.host(), address.port())
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
    if (access.tls().isEmpty()) {
      return builder.usePlaintext().build();
    }
    var tls = access.tls().get();
    tls.serverName().ifPresent(builder::overrideAuthority);
    return builder.sslContext(secured(tls)).build();
  }

  private static SslContext secured(ClientAccess.Tls tls) throws IOException {
    var context = SslContextBuilder.forClient();
    String reading = "";
    try {
      if (tls.ca().isPresent()) {
        reading = "reading the authorities in " + tls.ca().get();
        context.trustManager(tls.ca().get().toFile());
      }
      if (tls.pair().isPresent()) {
        var pair = tls.pair().get();
        reading = "reading the certificate in " + pair.cert() + " and its key in " + pair.key();
        context.keyManager(pair.cert().toFile(), pair.key().toFile());
      }
      reading = "setting up TLS";
      return GrpcSslContexts.configure(context, SslProvider.JDK).build();
    } catch (IllegalArgumentException e) {
      Throwable root = e.getCause() == null ? e : e.getCause();
      throw new IOException(reading + ": " + root.getMessage(), e);
    }
  }

  private static String authorization(Credential credential) throws IOException {
    return switch (credential) {
      case Credential.None() -> "";
      case Credential.Bearer(Path token) -> "Bearer " + secret(token).strip();
      case Credential.Basic(String user, Path password) -> {
        String pair = user + ':' + secret(password).stripTrailing();
        yield "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(UTF_8));
      }
    };
  }

  private static String secret(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new IOException("reading the secret in " + file + ": " + e, e);
    }
  }
}
