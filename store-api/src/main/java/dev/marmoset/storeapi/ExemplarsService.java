package dev.marmoset.storeapi;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import dev.marmoset.proto.thanos.Exemplar;
import dev.marmoset.proto.thanos.ExemplarData;
import dev.marmoset.proto.thanos.ExemplarsGrpc;
import dev.marmoset.proto.thanos.ExemplarsRequest;
import dev.marmoset.proto.thanos.ExemplarsResponse;
import dev.marmoset.proto.thanos.Label;
import dev.marmoset.proto.thanos.LabelSet;
import dev.marmoset.query.ExemplarQueries;
import dev.marmoset.query.LimitExceededException;
import dev.marmoset.storage.ExemplarSeries;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.labels.Matcher;
import dev.marmoset.storage.labels.Matcher.InvalidMatcherException;
import dev.marmoset.storage.labels.SelectorParser;
import dev.marmoset.storeapi.BackpressuredStream.SendFailedException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The service `thanos.Exemplars`: one frame per series.
///
/// The labels of a series carry all external labels, the replica label among them: the request has no field to leave
/// some out, and the querier strips them itself.
final class ExemplarsService extends ExemplarsGrpc.ExemplarsImplBase {
  private final ExemplarQueries queries;
  private final SelectTranslator translator;
  private final ExternalLabels external;
  private final ReplicaLabels finalLabels;
  private final Calls calls;

  ExemplarsService(ExemplarQueries queries, SelectTranslator translator, ExternalLabels external,
      Calls calls) {
    this.queries = queries;
    this.translator = translator;
    this.external = external;
    this.finalLabels = new ReplicaLabels(external, List.of());
    this.calls = calls;
  }

  @Override
  public void exemplars(ExemplarsRequest request, StreamObserver<ExemplarsResponse> observer) {
    var stream = new BackpressuredStream<>((ServerCallStreamObserver<ExemplarsResponse>) observer);
    calls.answer(observer, () -> send(request, stream));
  }

  private boolean send(ExemplarsRequest request, BackpressuredStream<ExemplarsResponse> stream)
      throws InvalidRequestException, IOException, LimitExceededException, SendFailedException {
    List<List<Matcher>> selectors = selectors(request.getQuery());
    if (selectors.isEmpty()) {
      return true;
    }
    for (ExemplarSeries series : queries.select(translator.range(request.getStart(), request.getEnd()),
        selectors)) {
      if (!stream.send(ExemplarsResponse.newBuilder().setData(toWire(series)).build())) {
        return false;
      }
    }
    return true;
  }

  /// The selectors that this store may satisfy, without their matchers on external labels. The querier has removed
  /// those already, so that a selector of nothing else arrives as `{}` and selects every series.
  private List<List<Matcher>> selectors(String query) throws InvalidRequestException {
    try {
      var selectors = new ArrayList<List<Matcher>>();
      for (List<Matcher> matchers : SelectorParser.parseSum(query)) {
        external.remaining(matchers).ifPresent(selectors::add);
      }
      return selectors;
    } catch (InvalidMatcherException e) {
      throw new InvalidRequestException(String.valueOf(e.getMessage()), e);
    }
  }

  private ExemplarData toWire(ExemplarSeries series) {
    var data = ExemplarData.newBuilder().setSeriesLabels(toWire(finalLabels.apply(series.labels())));
    series.exemplars().forEach(exemplar -> data.addExemplars(Exemplar.newBuilder()
        .setLabels(toWire(exemplar.labels())).setValue(Double.longBitsToDouble(exemplar.valueBits()))
        .setTs(exemplar.t())));
    return data.build();
  }

  private static LabelSet toWire(Labels labels) {
    var set = LabelSet.newBuilder();
    for (int i = 0; i < labels.size(); i++) {
      set.addLabels(Label.newBuilder().setNameBytes(bytes(labels.nameBytes(i)))
          .setValueBytes(bytes(labels.valueBytes(i))));
    }
    return set.build();
  }

  private static ByteString bytes(byte[] shared) {
    return UnsafeByteOperations.unsafeWrap(shared);
  }
}
