package dev.marmoset.storage.objstore;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.marmoset.storage.json.JsonValue;
import dev.marmoset.storage.objstore.S3Settings.Encryption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CompleteMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;
import software.amazon.awssdk.services.s3.model.UploadPartRequest;

/// What the settings add to requests: encryption, storage class, metadata, checksums. Immutable.
final class S3Headers {
  private final S3Settings.Upload upload;
  private final Optional<ServerSideEncryption> encryption;
  private final @Nullable String kmsKey;
  private final @Nullable String kmsContext;
  private final @Nullable CustomerKey customerKey;

  /// The three headers of SSE-C.
  private record CustomerKey(String algorithm, String key, String md5) {}

  S3Headers(S3Settings settings) {
    upload = settings.upload();
    Encryption asked = settings.encryption();
    encryption = switch (asked) {
      case Encryption.BucketDefault(),Encryption.CustomerKey _ -> Optional.empty();
      case Encryption.ManagedByS3() -> Optional.of(ServerSideEncryption.AES256);
      case Encryption.Kms _ -> Optional.of(ServerSideEncryption.AWS_KMS);
    };
    kmsKey = asked instanceof Encryption.Kms kms ? kms.keyId() : null;
    kmsContext =
        asked instanceof Encryption.Kms kms && !kms.context().isEmpty() ? encoded(kms.context()) : null;
    customerKey = asked instanceof Encryption.CustomerKey own ? customerKey(own) : null;
  }

  /// S3 wants the context as base64 of a JSON object.
  private static String encoded(Map<String, String> context) {
    var members = new LinkedHashMap<String, JsonValue>();
    new TreeMap<>(context).forEach((name, value) -> members.put(name, new JsonValue.Str(value)));
    return Base64.getEncoder().encodeToString(new JsonValue.Obj(members).indented().getBytes(UTF_8));
  }

  private static CustomerKey customerKey(Encryption.CustomerKey own) {
    byte[] key = HexFormat.of().parseHex(own.keyHex());
    try {
      byte[] md5 = MessageDigest.getInstance("MD5").digest(key);
      return new CustomerKey("AES256", Base64.getEncoder().encodeToString(key),
          Base64.getEncoder().encodeToString(md5));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  GetObjectRequest.Builder onGet(GetObjectRequest.Builder request) {
    return customerKey == null ? request
        : request.sseCustomerAlgorithm(customerKey.algorithm).sseCustomerKey(customerKey.key)
            .sseCustomerKeyMD5(customerKey.md5);
  }

  HeadObjectRequest.Builder onHead(HeadObjectRequest.Builder request) {
    return customerKey == null ? request
        : request.sseCustomerAlgorithm(customerKey.algorithm).sseCustomerKey(customerKey.key)
            .sseCustomerKeyMD5(customerKey.md5);
  }

  PutObjectRequest.Builder onPut(PutObjectRequest.Builder request) {
    upload.storageClass().ifPresent(request::storageClass);
    encryption.ifPresent(request::serverSideEncryption);
    request.metadata(upload.metadata()).ssekmsKeyId(kmsKey).ssekmsEncryptionContext(kmsContext);
    return customerKey == null ? request
        : request.sseCustomerAlgorithm(customerKey.algorithm).sseCustomerKey(customerKey.key)
            .sseCustomerKeyMD5(customerKey.md5);
  }

  CreateMultipartUploadRequest.Builder onCreate(CreateMultipartUploadRequest.Builder request) {
    upload.storageClass().ifPresent(request::storageClass);
    encryption.ifPresent(request::serverSideEncryption);
    request.metadata(upload.metadata()).ssekmsKeyId(kmsKey).ssekmsEncryptionContext(kmsContext);
    return customerKey == null ? request
        : request.sseCustomerAlgorithm(customerKey.algorithm).sseCustomerKey(customerKey.key)
            .sseCustomerKeyMD5(customerKey.md5);
  }

  UploadPartRequest.Builder onPart(UploadPartRequest.Builder request) {
    return customerKey == null ? request
        : request.sseCustomerAlgorithm(customerKey.algorithm).sseCustomerKey(customerKey.key)
            .sseCustomerKeyMD5(customerKey.md5);
  }

  CompleteMultipartUploadRequest.Builder onComplete(CompleteMultipartUploadRequest.Builder request) {
    return customerKey == null ? request
        : request.sseCustomerAlgorithm(customerKey.algorithm).sseCustomerKey(customerKey.key)
            .sseCustomerKeyMD5(customerKey.md5);
  }
}
