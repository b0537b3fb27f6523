package dev.marmoset.storage.objstore;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An S3 bucket and how to reach it. Immutable; shows no secret.
///
/// @param bucket      its name
/// @param prefix      see [BucketSettings#prefix]
/// @param endpoint    where it is, with scheme
/// @param region      AWS region; S3-compatible stores mostly do not care
/// @param pathStyle   the bucket's name stands in the path of a request, not in the host name
/// @param credentials who asks
/// @param encryption  at rest, by the bucket
/// @param upload      how objects are put
/// @param transport   how requests travel
public record S3Settings(String bucket, String prefix, Endpoint endpoint, String region, boolean pathStyle,
    Credentials credentials, Encryption encryption, Upload upload, Transport transport)
    implements
      BucketSettings {

  /// Where a bucket is.
  ///
  /// @param host host name, with a port if it is not that of the scheme; empty: that of AWS for the region
  /// @param insecure plain HTTP
  public record Endpoint(Optional<String> host, boolean insecure) {}

  /// Who asks.
  public sealed interface Credentials {
    /// What the environment gives: variables, profiles, container and instance roles, in the order of the AWS SDK. On
    /// ECS it is the task role.
    record Environment() implements Credentials {}

    /// A fixed key pair.
    ///
    /// @param accessKey    its public part
    /// @param secretKey    its secret part
    /// @param sessionToken of temporary credentials
    record Fixed(String accessKey, String secretKey, Optional<String> sessionToken) implements Credentials {
      /// Without the secrets.
      @Override
      public String toString() {
        return "Fixed[accessKey=" + accessKey + "]";
      }
    }
  }

  /// Encryption at rest, by the bucket.
  public sealed interface Encryption {
    /// As the bucket is set up.
    record BucketDefault() implements Encryption {}

    /// With keys that S3 manages.
    record ManagedByS3() implements Encryption {}

    /// With a key in KMS.
    ///
    /// @param keyId   id or ARN
    /// @param context the encryption context
    record Kms(String keyId, Map<String, String> context) implements Encryption {
      /// Copies the map.
      public Kms {
        context = Map.copyOf(context);
      }
    }

    /// With a key of the customer, sent along with each request; needs TLS.
    ///
    /// @param keyHex 32 bytes as hex digits
    record CustomerKey(String keyHex) implements Encryption {
      /// @throws IllegalArgumentException if the key has not 32 bytes
      public CustomerKey {
        if (HexFormat.of().parseHex(keyHex).length != 32) {
          throw new IllegalArgumentException("the key of SSE-C has not 32 bytes");
        }
      }

      /// Without the key.
      @Override
      public String toString() {
        return "CustomerKey[]";
      }
    }
  }

  /// How objects are put.
  ///
  /// @param partBytes    larger objects go up in parts of this size
  /// @param multipart    whether they do; otherwise an object has at most 5 GiB
  /// @param checksums    whether the SDK sends a CRC with what it puts and checks one on what it gets; some S3-compatible
  ///                     stores refuse it
  /// @param storageClass of all objects; empty: the bucket's default
  /// @param metadata     of all objects
  public record Upload(long partBytes, boolean multipart, boolean checksums, Optional<String> storageClass,
      Map<String, String> metadata) {
    /// S3 takes no smaller parts, the last one excepted.
    public static final long LEAST_PART_BYTES = 5L << 20;
    /// S3 takes no larger parts and no larger objects in one piece.
    public static final long MOST_PART_BYTES = 5L << 30;
    /// As in Thanos.
    public static final long DEFAULT_PART_BYTES = 64L << 20;

    /// Checks the size of parts and copies the map.
    public Upload {
      if (partBytes < LEAST_PART_BYTES || partBytes > MOST_PART_BYTES) {
        throw new IllegalArgumentException(
            "parts of " + partBytes + " bytes; S3 takes " + LEAST_PART_BYTES + " to " + MOST_PART_BYTES);
      }
      metadata = Map.copyOf(metadata);
    }
  }

  /// How requests travel.
  ///
  /// @param connectTimeout until a connection stands, TLS included
  /// @param answerTimeout  of silence on a connection
  /// @param requestTimeout of one request from begin to end: who lost a lease must not put anything much later
  /// @param authorities    PEM files with certificates to trust instead of those of the JVM; empty: those of the JVM
  /// @param trustAll       trust every certificate
  public record Transport(Duration connectTimeout, Duration answerTimeout, Duration requestTimeout,
      List<Path> authorities, boolean trustAll) {
    /// Longest request. design: a late put of a process that lost its lease lands within this time.
    public static final Duration LONGEST_REQUEST = Duration.ofMinutes(5);
    /// What Thanos waits, where it says so.
    public static final Transport DEFAULT =
        new Transport(Duration.ofSeconds(10), Duration.ofMinutes(2), LONGEST_REQUEST, List.of(), false);

    /// Checks the bound and copies the list.
    public Transport {
      if (requestTimeout.compareTo(LONGEST_REQUEST) > 0) {
        throw new IllegalArgumentException(
            "a request may last " + requestTimeout + "; more than " + LONGEST_REQUEST + " outlives a lease");
      }
      authorities = List.copyOf(authorities);
    }
  }
}
