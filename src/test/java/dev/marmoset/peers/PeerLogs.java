package dev.marmoset.peers;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Prints the end of the processes' logs after a test that did not pass.
public final class PeerLogs implements AfterTestExecutionCallback {
  private final List<PeerProcess> processes = new CopyOnWriteArrayList<>();

  /// Adds a process of the test.
  public void watch(PeerProcess process) {
    processes.add(process);
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      processes.forEach(process -> System.err.println(process.logTail()));
    }
  }
}
