package dev.marmoset.server.config;

import dev.marmoset.server.auth.AuthConfig;
import dev.marmoset.server.tls.TlsSettings;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.objstore.BucketSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/// Everything a start needs to know, parsed and checked. Which flag feeds which component, and what the units and
/// defaults are, stands in [Flags]. Immutable.
///
/// @param http           the HTTP listener
/// @param grpc           the gRPC listener
/// @param doors          who may come in, and TLS
/// @param tsdb           the data on disk
/// @param windows        when data becomes blocks and leaves
/// @param identity       the labels this store announces
/// @param bucket         where finished blocks go
/// @param receive        the write path
/// @param store          bounds of the read path
/// @param selfMonitoring writing the own metrics
/// @param logging        what is logged and how
public record ServerConfig(Http http, Grpc grpc, Doors doors, Tsdb tsdb, Windows windows, Identity identity,
    Bucket bucket, Receive receive,
    Store store,
    SelfMonitoring selfMonitoring, Logging logging) {

  /// The HTTP listener.
  ///
  /// @param address        where to listen; port 0 lets the system choose
  /// @param gracePeriod    longest time for which writes are still taken after SIGTERM
  /// @param maxConnections most connections open at a time
  /// @param lifecycle      whether `/-/quit` exists
  public record Http(HostPort address, Duration gracePeriod, int maxConnections, boolean lifecycle) {}

  /// The gRPC listener.
  ///
  /// @param address          where to listen; port 0 lets the system choose
  /// @param gracePeriod      longest time running calls get after the stop
  /// @param maxConnectionAge age at which a connection is asked to reconnect
  /// @param maxConnections   most connections open at a time
  public record Grpc(HostPort address, Duration gracePeriod, Duration maxConnectionAge, int maxConnections) {}

  /// Who may come in, and TLS.
  ///
  /// @param httpAuth credentials of the HTTP listener
  /// @param grpcAuth credentials of the gRPC listener; users of a web configuration are not among them
  /// @param httpTls  empty: no TLS
  /// @param grpcTls  empty: no TLS
  public record Doors(AuthConfig httpAuth, AuthConfig grpcAuth, Optional<TlsSettings> httpTls,
      Optional<TlsSettings> grpcTls) {
    /// No locks.
    public static final Doors OPEN =
        new Doors(AuthConfig.OPEN, AuthConfig.OPEN, Optional.empty(), Optional.empty());
  }

  /// The data on disk.
  ///
  /// @param path             directory of the log
  /// @param scratchPath      node-local directory for rebuildable data
  /// @param outOfOrderWindow the acceptance window W
  /// @param commitInterval   how long a group collects; empty: by the kind of file system
  /// @param memoryLimit      bytes the head may use; empty: by the memory of the machine or container
  /// @param maxExemplars     exemplars that are kept; 0: none
  /// @param maxSeries        series the store holds; 0: as many as the memory has room for
  public record Tsdb(Path path, Optional<Path> scratchPath, Duration outOfOrderWindow,
      Optional<Duration> commitInterval, Optional<Long> memoryLimit, int maxExemplars, long maxSeries) {}

  /// When data becomes blocks and leaves the volume.
  ///
  /// @param cutDelay          from a window's end until it becomes a block
  /// @param retention         how long blocks stay; zero: for ever
  /// @param maxBytes          most bytes of blocks; 0: no limit
  /// @param keepsUnuploaded   whether a block that is not in the bucket stays, if there is a bucket
  /// @param publishesLate     whether late samples go to the bucket as blocks of their own
  public record Windows(Duration cutDelay, Duration retention, long maxBytes, boolean keepsUnuploaded,
      boolean publishesLate) {}

  /// The labels this store announces.
  ///
  /// @param externalLabels stable labels, the same on every replica
  /// @param replicaLabel   name of the label that tells replicas apart; empty: none
  /// @param replicaValue   its value; empty: task id and incarnation
  public record Identity(Labels externalLabels, String replicaLabel, Optional<String> replicaValue) {}

  /// Where finished blocks go.
  ///
  /// @param settings    which bucket; empty: none
  /// @param adoptLabels take labels over that another volume published under
  public record Bucket(Optional<BucketSettings> settings, boolean adoptLabels) {}

  /// The write path.
  ///
  /// @param successStatus status of an accepted write, 204 or 200
  /// @param rejectStatus  status of a write of which something was refused for good, 400, 409 or 204
  /// @param receipts      writes of which the status page tells
  /// @param sizes         bounds of one write
  /// @param senders       bounds of one sender and of all
  /// @param tenants       how tenants are told apart
  public record Receive(int successStatus, int rejectStatus, int receipts, Sizes sizes, Senders senders,
      Tenants tenants) {}

  /// Bounds of one write.
  ///
  /// @param maxBodyBytes    largest compressed body
  /// @param maxDecodedBytes largest decoded body
  /// @param maxSamples      most samples
  /// @param maxLabels       most labels of a series
  /// @param maxNameBytes    longest label name, UTF-8 bytes
  /// @param maxValueBytes   longest label value, UTF-8 bytes
  /// @param maxSetBytes     most bytes of all labels of a series
  public record Sizes(int maxBodyBytes, int maxDecodedBytes, int maxSamples, int maxLabels, int maxNameBytes,
      int maxValueBytes, int maxSetBytes) {}

  /// Bounds of senders; 0: no limit.
  ///
  /// @param samplesPerSecond   samples of one sender per second
  /// @param seriesPerDay       series that one sender may create within 24 h
  /// @param newSeriesPerSecond series that all senders may create per second
  public record Senders(long samplesPerSecond, long seriesPerDay, long newSeriesPerSecond) {}

  /// How tenants are told apart.
  ///
  /// @param header        HTTP header that names the tenant
  /// @param defaultTenant tenant of writes that name none
  /// @param label         label that every series gets; empty: none
  public record Tenants(String header, String defaultTenant, String label) {}

  /// Bounds of the read path.
  ///
  /// @param requestSeries  most series one request may select; 0: no limit
  /// @param requestSamples most samples one request may select; 0: no limit
  /// @param liveTail       span before a request's end that is answered in one-sample chunks
  public record Store(long requestSeries, long requestSamples, Duration liveTail) {}

  /// Writing the own metrics into the own store.
  ///
  /// @param enabled  whether it is done
  /// @param interval time between two rounds
  public record SelfMonitoring(boolean enabled, Duration interval) {}

  /// What is logged and how.
  ///
  /// @param level  `debug`, `info`, `warn` or `error`
  /// @param format `logfmt` or `json`; empty: json on ECS, logfmt elsewhere
  public record Logging(String level, Optional<String> format) {}
}
