package dev.marmoset.storage.objstore;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.AbortMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CompletedMultipartUpload;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.DeleteObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;
import software.amazon.awssdk.services.s3.model.UploadPartResponse;

/// A bucket of S3, or of a store that speaks like it.
///
/// Small objects go up in one request, larger ones in parts, one after the other and straight from where they lie: the
/// memory of an upload does not depend on its size. Parts of an upload that failed are given up at once; what a killed
/// process leaves is for the bucket's lifecycle rule. Call it from virtual threads, or from threads that nobody but the
/// SDK interrupts: it interrupts a request that lasts too long.
final class S3ObjectStore implements ObjectStore {
  /// S3 takes no more parts.
  private static final int MOST_PARTS = 10_000;
  private static final int NOT_FOUND = 404;
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private final S3Client client;
  private final S3Settings settings;
  private final S3Headers headers;
  private final int pageEntries;

  /// @param client      of the settings; owned by the store
  /// @param pageEntries most entries of a page of a listing
  S3ObjectStore(S3Client client, S3Settings settings, int pageEntries) {
    this.pageEntries = pageEntries;
    this.client = client;
    this.settings = settings;
    this.headers = new S3Headers(settings);
  }

  /// A store over a connection of its own. Sends no request.
  ///
  /// @throws IOException if a file of certificates cannot be used
  static S3ObjectStore connect(S3Settings settings) throws IOException {
    return new S3ObjectStore(S3Connection.open(settings), settings, PAGE);
  }

  @Override
  public String name() {
    return "s3://" + settings.bucket();
  }

  @Override
  public Optional<InputStream> read(String key) throws ObjectStoreException {
    var request = headers.onGet(GetObjectRequest.builder().bucket(settings.bucket()).key(key)).build();
    var opened = unlessAbsent("get", key, () -> client.getObject(request));
    return opened.isEmpty() ? Optional.empty() : Optional.of(whole(key, opened.get()));
  }

  /// Chunked bodies have an end of their own; others are measured.
  private static InputStream whole(String key, ResponseInputStream<GetObjectResponse> answer)
      throws ObjectStoreException {
    Long bytes = answer.response().contentLength();
    if (bytes != null) {
      return new WholeStream(answer, bytes);
    }
    if (answer.response().sdkHttpResponse().firstMatchingHeader("Transfer-Encoding").isPresent()) {
      return answer;
    }
    answer.abort();
    throw new ObjectStoreException("get", key, 0, "the answer does not say how long it is", null);
  }

  @Override
  public OptionalLong size(String key) throws ObjectStoreException {
    var request = headers.onHead(HeadObjectRequest.builder().bucket(settings.bucket()).key(key)).build();
    return unlessAbsent("head", key, () -> client.headObject(request).contentLength()).stream()
        .mapToLong(Long::longValue).findFirst();
  }

  private static <T> Optional<T> unlessAbsent(String operation, String key, Supplier<T> request)
      throws ObjectStoreException {
    try {
      return Optional.of(request.get());
    } catch (AwsServiceException e) {
      // A bucket that does not exist is an error; its code is another one.
      if (e.statusCode() == NOT_FOUND && !code(e).equals("NoSuchBucket")) {
        return Optional.empty();
      }
      throw broken(operation, key, e);
    } catch (SdkException e) {
      throw broken(operation, key, e);
    }
  }

  @Override
  public ObjectPage list(ObjectQuery query) throws ObjectStoreException {
    var request = ListObjectsV2Request.builder().bucket(settings.bucket()).prefix(query.prefix())
        .maxKeys(pageEntries);
    if (query.depth() == ObjectQuery.Depth.ONE_LEVEL) {
      request.delimiter(SEPARATOR);
    }
    if (!query.after().isEmpty()) {
      request.startAfter(query.after());
    }
    if (!query.token().isEmpty()) {
      request.continuationToken(query.token());
    }
    try {
      var answer = client.listObjectsV2(request.build());
      return new ObjectPage(
          answer.contents().stream().map(object -> new ObjectInfo(object.key(), object.size())).toList(),
          answer.commonPrefixes().stream().map(prefix -> prefix.prefix()).toList(),
          Optional.ofNullable(answer.nextContinuationToken()).map(query::from));
    } catch (SdkException e) {
      throw broken("list", query.prefix(), e);
    }
  }

  @Override
  public PutOutcome put(String key, ObjectContent content, Condition condition, RequestGate gate)
      throws IOException {
    if (content.bytes() > settings.upload().partBytes() && settings.upload().multipart()) {
      return putInParts(key, content, condition, gate);
    }
    var request = headers.onPut(PutObjectRequest.builder().bucket(settings.bucket()).key(key));
    if (condition == Condition.ABSENT) {
      request.ifNoneMatch("*");
    }
    var piece = new S3Piece(content, 0, content.bytes());
    try {
      var _ = client.putObject(request.build(), piece.body());
      return PutOutcome.STORED;
    } catch (SdkException e) {
      piece.throwFailure();
      return refused(condition, e).orElseThrow(() -> broken("put", key, e));
    } catch (UncheckedIOException e) {
      throw piece.failureOr(e);
    }
  }

  /// What a failed conditional put means; empty when it is a failure.
  private static Optional<PutOutcome> refused(Condition condition, SdkException e) {
    if (condition == Condition.NONE || !(e instanceof AwsServiceException answer)) {
      return Optional.empty();
    }
    return switch (answer.statusCode()) {
      case PRECONDITION_FAILED -> Optional.of(PutOutcome.EXISTS);
      case CONFLICT -> Optional.of(PutOutcome.RACED);
      default -> Optional.empty();
    };
  }

  private PutOutcome putInParts(String key, ObjectContent content, Condition condition, RequestGate gate)
      throws IOException {
    var begin = headers
        .onCreate(CreateMultipartUploadRequest.builder().bucket(settings.bucket()).key(key)).build();
    String upload;
    try {
      upload = client.createMultipartUpload(begin).uploadId();
    } catch (SdkException e) {
      throw broken("begin multipart put", key, e);
    }
    try {
      List<CompletedPart> parts = putParts(key, upload, content, gate);
      gate.pass();
      return complete(key, upload, parts, condition);
    } catch (IOException | RuntimeException e) {
      abandon(key, upload, e);
      throw e;
    }
  }

  private List<CompletedPart> putParts(String key, String upload, ObjectContent content, RequestGate gate)
      throws IOException {
    long partBytes =
        Math.max(settings.upload().partBytes(), (content.bytes() + MOST_PARTS - 1) / MOST_PARTS);
    var parts = new ArrayList<CompletedPart>();
    for (long offset = 0; offset < content.bytes(); offset += partBytes) {
      gate.pass();
      int number = parts.size() + 1;
      var request = headers.onPart(UploadPartRequest.builder().bucket(settings.bucket()).key(key)
          .uploadId(upload).partNumber(number)).build();
      var piece = new S3Piece(content, offset, Math.min(partBytes, content.bytes() - offset));
      try {
        UploadPartResponse answer = client.uploadPart(request, piece.body());
        parts.add(CompletedPart.builder().partNumber(number).eTag(answer.eTag())
            .checksumCRC32(answer.checksumCRC32()).build());
      } catch (SdkException e) {
        piece.throwFailure();
        throw broken("put of part " + number, key, e);
      } catch (UncheckedIOException e) {
        throw piece.failureOr(e);
      }
    }
    return parts;
  }

  private PutOutcome complete(String key, String upload, List<CompletedPart> parts, Condition condition)
      throws ObjectStoreException {
    var request = headers.onComplete(CompleteMultipartUploadRequest.builder().bucket(settings.bucket())
        .key(key).uploadId(upload)
        .multipartUpload(CompletedMultipartUpload.builder().parts(parts).build()));
    if (condition == Condition.ABSENT) {
      request.ifNoneMatch("*");
    }
    try {
      var _ = client.completeMultipartUpload(request.build());
      return PutOutcome.STORED;
    } catch (SdkException e) {
      ObjectStoreException failure = broken("complete multipart put", key, e);
      PutOutcome outcome = refused(condition, e).orElseThrow(() -> failure);
      abandon(key, upload, failure);
      return outcome;
    }
  }

  /// Parts that nobody completes cost money until a lifecycle rule removes them.
  private void abandon(String key, String upload, Exception reason) {
    try {
      var _ = client.abortMultipartUpload(AbortMultipartUploadRequest.builder().bucket(settings.bucket())
          .key(key).uploadId(upload).build());
    } catch (SdkException e) {
      reason.addSuppressed(e);
    }
  }

  @Override
  public void delete(String key) throws ObjectStoreException {
    try {
      var _ =
          client.deleteObject(DeleteObjectRequest.builder().bucket(settings.bucket()).key(key).build());
    } catch (SdkException e) {
      throw broken("delete", key, e);
    }
  }

  @Override
  public void close() {
    client.close();
  }

  private static ObjectStoreException broken(String operation, String key, SdkException e) {
    int status = e instanceof AwsServiceException answer ? answer.statusCode() : 0;
    return new ObjectStoreException(operation, key, status, String.valueOf(e.getMessage()), e);
  }

  private static String code(AwsServiceException e) {
    return e.awsErrorDetails() == null ? "" : String.valueOf(e.awsErrorDetails().errorCode());
  }
}
