package dev.marmoset.server;

import dev.marmoset.server.Assembly.Listening;
import dev.marmoset.server.cli.BlocksCommand;
import dev.marmoset.server.cli.CommandLineReader;
import dev.marmoset.server.cli.HealthCommand;
import dev.marmoset.server.cli.Invocation;
import dev.marmoset.server.cli.SeriesCommand;
import dev.marmoset.server.config.ConfigLoader;
import dev.marmoset.server.config.LoadedConfig;
import dev.marmoset.server.logging.LogSetup;
import dev.marmoset.storage.io.LocalFileSystem;
import java.io.IOException;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The process. Turns the command line into a running server or into one of the short commands, and the outcome into an
/// exit code.
public final class Marmoset {
  private static final Logger LOG = LoggerFactory.getLogger(Marmoset.class);

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;
  private final BuildInfo build = BuildInfo.ofThisProcess();

  /// @param environment the process environment
  /// @param out         receives answers
  /// @param err         receives problems
  Marmoset(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /// Runs the process and ends it with the exit code of what was asked.
  public static void main(String[] arguments) {
    var code = ExitCode.FAILED;
    try {
      code = new Marmoset(System.getenv(), System.out, System.err).run(arguments);
    } catch (Throwable e) {
      // A defect. The listeners' threads would keep a process alive that does nothing.
      LOG.atError().setCause(e).log("the process ends because of a defect");
    }
    System.exit(code.number());
  }

  /// Does what the arguments ask for.
  ExitCode run(String... arguments) {
    return switch (new CommandLineReader(environment).read(arguments)) {
      case Invocation.Serve(var flags, var faults) -> serve(flags, faults);
      case Invocation.CheckConfig(var flags, var faults) -> checkConfig(flags, faults);
      case Invocation.Series series -> series(series);
      case Invocation.Health health -> health(health);
      case Invocation.Blocks blocks -> blocks(blocks);
      case Invocation.Version() -> print(build.text());
      case Invocation.Help(String text) -> print(text);
      case Invocation.SelfTest() -> selfTest();
      case Invocation.Misuse(var faults) -> complain(faults);
    };
  }

  private ExitCode serve(Map<String, List<String>> flags, List<String> faults) {
    return switch (new ConfigLoader(environment).load(flags, faults)) {
      case LoadedConfig.Invalid invalid -> complain(invalid.problems());
      case LoadedConfig.Valid valid -> serve(valid);
    };
  }

  private ExitCode serve(LoadedConfig.Valid loaded) {
    String metadataUri = environment.getOrDefault(ReplicaIdentity.METADATA_VARIABLE, "");
    var logging = loaded.config().logging();
    boolean json = logging.format().map("json"::equals).orElse(!metadataUri.isEmpty());
    LogSetup.install(logging.level(), json);
    loaded.warnings().forEach(warning -> LOG.atWarn().addKeyValue("component", "config").log(warning));
    var effective = LOG.atInfo().addKeyValue("component", "config");
    for (var setting : loaded.settings()) {
      effective = effective.addKeyValue(setting.name(), setting.text());
    }
    effective.log("effective configuration");
    Assembly assembly;
    try {
      assembly = new Assembly(loaded, build, metadataUri);
      var listening = assembly.start();
      if (!json) {
        welcome(listening);
      }
    } catch (StartException e) {
      LOG.atError().addKeyValue("err", e.getMessage()).addKeyValue("exit", e.exitCode().number())
          .log("not started");
      return e.exitCode();
    }
    return awaitStop(assembly);
  }

  private void welcome(Listening listening) {
    int grpc = listening.grpc().getPort();
    out.println("remote write: http://127.0.0.1:" + listening.http().getPort()
        + "/api/v1/write   StoreAPI: 127.0.0.1:"
        + grpc);
    out.println("see data:     ./marmoset series '{job=\"marmoset\"}'"
        + (grpc == 10_901 ? "" : " --grpc-address=127.0.0.1:" + grpc));
  }

  /// A signal runs shutdown hooks while main goes on; the hook waits for main's orderly stop and then ends the process
  /// itself, because a JVM that was signalled would otherwise exit with 143.
  private static ExitCode awaitStop(Assembly assembly) {
    var stopped = new CountDownLatch(1);
    var code = new AtomicReference<>(ExitCode.STOP_INCOMPLETE);
    var hook = Thread.ofPlatform().name("signal").unstarted(() -> {
      assembly.stopRequested().complete(StopReason.SIGNAL);
      try {
        boolean unused = stopped.await(Shutdown.BUDGET.toMillis(), TimeUnit.MILLISECONDS);
      } catch (InterruptedException _) {
        // Nobody interrupts a shutdown hook; if somebody did, ending now is what is left.
      }
      Runtime.getRuntime().halt(code.get().number());
    });
    Runtime.getRuntime().addShutdownHook(hook);
    var reason = assembly.stopRequested().join();
    LOG.atInfo().addKeyValue("reason", reason).log("stopping");
    boolean clean = assembly.stop();
    code.set(reason == StopReason.LEASE_LOST
        ? ExitCode.LEASE_LOST
        : clean ? ExitCode.CLEAN : ExitCode.STOP_INCOMPLETE);
    LOG.atInfo().addKeyValue("exit", code.get().number()).log("stopped");
    stopped.countDown();
    return code.get();
  }

  private ExitCode checkConfig(Map<String, List<String>> flags, List<String> faults) {
    return switch (new ConfigLoader(environment).load(flags, faults)) {
      case LoadedConfig.Invalid invalid -> {
        invalid.warnings().forEach(warning -> err.println("warning: " + warning));
        yield complain(invalid.problems());
      }
      case LoadedConfig.Valid valid -> {
        valid.warnings().forEach(warning -> err.println("warning: " + warning));
        yield print(EffectiveConfig.listing(valid.settings()));
      }
    };
  }

  private ExitCode series(Invocation.Series query) {
    LogSetup.install("error", false);
    return switch (new SeriesCommand(new SystemClock()).run(query)) {
      case SeriesCommand.Outcome.Answer(String text) -> print(text);
      case SeriesCommand.Outcome.Problem(String why) -> {
        err.println("marmoset: " + why);
        yield ExitCode.FAILED;
      }
    };
  }

  private ExitCode health(Invocation.Health query) {
    var result = new HealthCommand().run(query);
    (result.well() ? out : err).println(result.text());
    return result.well() ? ExitCode.CLEAN : ExitCode.FAILED;
  }

  private ExitCode blocks(Invocation.Blocks query) {
    LogSetup.install("error", false);
    try {
      var result = new BlocksCommand(new LocalFileSystem(), err).run(query);
      out.print(result.text());
      return result.sound() ? ExitCode.CLEAN : ExitCode.FAILED;
    } catch (IOException e) {
      err.println("marmoset: looking at the blocks in " + query.place() + ": " + e);
      return ExitCode.FAILED;
    }
  }

  private ExitCode selfTest() {
    LogSetup.install("warn", false);
    try {
      String problem = new SelfTest(build).run();
      if (problem.isEmpty()) {
        return print("selftest passed");
      }
      err.println("marmoset: selftest: " + problem);
      return ExitCode.FAILED;
    } catch (StartException e) {
      err.println("marmoset: selftest: " + e.getMessage());
      return e.exitCode();
    } catch (IOException | InterruptedException e) {
      err.println("marmoset: selftest: " + e);
      return ExitCode.FAILED;
    }
  }

  private ExitCode print(String text) {
    out.println(text.stripTrailing());
    return ExitCode.CLEAN;
  }

  private ExitCode complain(List<String> problems) {
    problems.forEach(problem -> err.println("marmoset: " + problem));
    err.println("marmoset: see marmoset --help");
    return ExitCode.BAD_CONFIGURATION;
  }
}
