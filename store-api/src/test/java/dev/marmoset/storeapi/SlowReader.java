package dev.marmoset.storeapi;

import dev.marmoset.proto.thanos.SeriesRequest;
import dev.marmoset.proto.thanos.SeriesResponse;
import dev.marmoset.proto.thanos.StoreGrpc;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

/// A client of Series that takes one message at a time, when asked.
final class SlowReader implements ClientResponseObserver<SeriesRequest, SeriesResponse> {
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final AtomicReference<ClientCallStreamObserver<SeriesRequest>> call = new AtomicReference<>();

  /// Something that arrived.
  private sealed interface Event {
    record Message(SeriesResponse message) implements Event {}

    record End(Status status) implements Event {}
  }

  static SlowReader of(StoreHarness store, SeriesRequest request) {
    var reader = new SlowReader();
    StoreGrpc.newStub(store.channel).series(request, reader);
    return reader;
  }

  /// Requests one message and waits for it; false at a good end.
  boolean next() throws InterruptedException {
    call().request(1);
    return switch (await()) {
      case Event.Message _ -> true;
      case Event.End(Status status) when status.isOk() -> false;
      case Event.End(Status status) -> throw new AssertionError("call ended with " + status);
    };
  }

  /// Waits for the end without asking for messages.
  Status end() throws InterruptedException {
    Event event = await();
    while (event instanceof Event.Message) {
      event = await();
    }
    return ((Event.End) event).status();
  }

  void cancel() {
    call().cancel("the test has seen enough", null);
  }

  private ClientCallStreamObserver<SeriesRequest> call() {
    return java.util.Objects.requireNonNull(call.get());
  }

  private Event await() throws InterruptedException {
    Event event = events.poll(3, TimeUnit.MINUTES);
    if (event == null) {
      throw new AssertionError("waiting for a message or the end of the call: nothing came in 30 s");
    }
    return event;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<SeriesRequest> stream) {
    stream.disableAutoRequestWithInitial(0);
    call.set(stream);
  }

  @Override
  public void onNext(SeriesResponse message) {
    events.add(new Event.Message(message));
  }

  @Override
  public void onError(Throwable problem) {
    events.add(new Event.End(Status.fromThrowable(problem)));
  }

  @Override
  public void onCompleted() {
    events.add(new Event.End(Status.OK));
  }
}
