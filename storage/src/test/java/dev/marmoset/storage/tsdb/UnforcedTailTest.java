package dev.marmoset.storage.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.marmoset.storage.AppendResult;
import dev.marmoset.storage.Appender;
import dev.marmoset.storage.CommitOutcome;
import dev.marmoset.storage.io.AppendFile;
import dev.marmoset.storage.io.FaultyFileSystem;
import dev.marmoset.storage.io.FileSystem;
import dev.marmoset.storage.io.PatientClock;
import dev.marmoset.storage.labels.LabelRegion;
import dev.marmoset.storage.labels.Labels;
import dev.marmoset.storage.window.WindowOptions;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A process dies between writing a group and forcing it. The next one finds the bytes in the page cache, answers a retry
/// with "same again", and then the power fails.
class UnforcedTailTest {
  private static final long NOW = 1_700_006_400_000L;
  private static final byte[] REGION = LabelRegion.encode(Labels.of("__name__", "m"));

  @TempDir
  Path scratch;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void whatARetryIsToldIsStoredSurvivesThePowerLoss(long seed) throws IOException {
    var volume = new FaultyFileSystem();
    volume.createDirectories(Path.of("/v"));
    volume.forceDirectory(Path.of("/"));
    Tsdb dying = open(withoutForce(volume));
    awaitReady(dying);
    write(dying);
    dying.kill();
    Tsdb next = open(volume);
    awaitReady(next);
    assertThat(write(next)).isEqualTo(AppendResult.SAME_AGAIN);
    next.kill();
    volume.crash(new Random(seed));
    try (Tsdb last = open(volume)) {
      awaitReady(last);
      assertThat(last.headSizes().series()).isEqualTo(1);
      assertThat(write(last)).isEqualTo(AppendResult.SAME_AGAIN);
    }
  }

  private Tsdb open(FileSystem files) throws IOException {
    var clock = new PatientClock(() -> NOW);
    return Tsdb
        .open(new TsdbOptions(Path.of("/v/data"), scratch, "test", Duration.ofMillis(1),
            0,
            Long.MAX_VALUE, 0, false, WindowOptions.standard(Labels.EMPTY, Duration.ofHours(24))), files,
            clock, new SecureRandom());
  }

  /// The volume as a process sees it that dies before the force of its groups: those of segments do nothing.
  private static FileSystem withoutForce(FileSystem volume) {
    return proxy(FileSystem.class, volume, false);
  }

  private static <T> T proxy(Class<T> type, T target, boolean lossy) {
    return type
        .cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (_, method, arguments) -> {
          if (lossy && method.getName().equals("force")) {
            return null;
          }
          try {
            Object result = method.invoke(target, arguments);
            return result instanceof AppendFile file
                ? proxy(AppendFile.class, file, method.getName().equals("append"))
                : result;
          } catch (InvocationTargetException e) {
            throw e.getCause();
          }
        }));
  }

  private static AppendResult write(Tsdb store) {
    AppendResult verdict;
    CompletableFuture<CommitOutcome> commit;
    try (Appender appender = store.appender()) {
      verdict = appender.append(appender.create(REGION, 0, REGION.length), NOW, 1);
      commit = appender.commit();
    }
    assertThat(commit.join()).isInstanceOf(CommitOutcome.Durable.class);
    return verdict;
  }

  private static void awaitReady(Tsdb store) {
    PatientClock.await("ready", () -> store.notReady().isEmpty());
  }
}
