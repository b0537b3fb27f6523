package dev.marmoset.storage.objstore;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.SdkHttpConfigurationOption;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.utils.AttributeMap;

/// Builds the client of the AWS SDK from our settings.
///
/// It never retries: the SDK does not know our lease. Without checksums no body is sent as `aws-chunked`, the framing that
/// S3-compatible stores trip over: over TLS it is not signed then, over plain HTTP it is read twice.
final class S3Connection {
  private S3Connection() {}

  /// A client over the JDK's HTTP client.
  ///
  /// @throws IOException if a file of certificates cannot be used
  static S3Client open(S3Settings settings) throws IOException {
    return open(settings, http(settings.transport()));
  }

  /// A client over another HTTP client, which it owns.
  static S3Client open(S3Settings settings, SdkHttpClient http) {
    boolean checksums = settings.upload().checksums();
    var builder = S3Client.builder().httpClient(http).region(Region.of(settings.region()))
        .credentialsProvider(credentials(settings.credentials()))
        .serviceConfiguration(S3Configuration.builder().pathStyleAccessEnabled(settings.pathStyle())
            .chunkedEncodingEnabled(checksums).build())
        .requestChecksumCalculation(
            checksums ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(
            checksums ? ResponseChecksumValidation.WHEN_SUPPORTED : ResponseChecksumValidation.WHEN_REQUIRED)
        .overrideConfiguration(ClientOverrideConfiguration.builder()
            .retryStrategy(DefaultRetryStrategy.doNotRetry())
            .apiCallTimeout(settings.transport().requestTimeout())
            .apiCallAttemptTimeout(settings.transport().requestTimeout()).build());
    settings.endpoint().host().ifPresent(host -> builder
        .endpointOverride(URI.create((settings.endpoint().insecure() ? "http://" : "https://") + host)));
    return builder.build();
  }

  private static SdkHttpClient http(S3Settings.Transport transport) throws IOException {
    var builder = UrlConnectionHttpClient.builder().connectionTimeout(transport.connectTimeout())
        .socketTimeout(transport.answerTimeout());
    if (!transport.authorities().isEmpty()) {
      TrustManager[] trusted = trusted(transport.authorities());
      builder.tlsTrustManagersProvider(() -> trusted);
    }
    return builder.buildWithDefaults(AttributeMap.builder()
        .put(SdkHttpConfigurationOption.TRUST_ALL_CERTIFICATES, transport.trustAll()).build());
  }

  private static TrustManager[] trusted(List<Path> authorities) throws IOException {
    try {
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      var factory = CertificateFactory.getInstance("X.509");
      for (Path file : authorities) {
        try (InputStream in = Files.newInputStream(file)) {
          int n = 0;
          for (var certificate : factory.generateCertificates(in)) {
            store.setCertificateEntry(file + "#" + n++, certificate);
          }
          if (n == 0) {
            throw new IOException("reading certificates of " + file + ": there is none");
          }
        }
      }
      var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      managers.init(store);
      return managers.getTrustManagers();
    } catch (GeneralSecurityException e) {
      throw new IOException("reading certificates of " + authorities + ": " + e.getMessage(), e);
    }
  }

  private static AwsCredentialsProvider credentials(S3Settings.Credentials credentials) {
    return switch (credentials) {
      case S3Settings.Credentials.Environment() -> DefaultCredentialsProvider.builder().build();
      case S3Settings.Credentials.Fixed(var access, var secret, var token) -> StaticCredentialsProvider
          .create(token.isPresent() ? AwsSessionCredentials.create(access, secret, token.get())
              : AwsBasicCredentials.create(access, secret));
    };
  }
}
