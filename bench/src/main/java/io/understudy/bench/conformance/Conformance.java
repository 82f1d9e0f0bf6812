package io.understudy.bench.conformance;

import io.understudy.bench.measure.Children;
import io.understudy.bench.measure.UnderstudyRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;

/** The command {@code conformance/run}. */
public final class Conformance {
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);

  /** A test that says nothing for so long hangs, and the suite ends there. */
  private static final String HANG_SECONDS = "300";

  private static final int PORTS = 1_000;
  private static final int CANNOT_RUN = 2;

  private final ConformanceOptions options;
  private final Checkout checkout;
  private final Path root;

  private Conformance(ConformanceOptions options, Checkout checkout, Path root) {
    this.options = options;
    this.checkout = checkout;
    this.root = root;
  }

  /** Runs, prints and exits. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) {
    ConformanceOptions options = new ConformanceOptions();
    CommandLine line = new CommandLine(options);
    try {
      line.parseArgs(arguments);
      if (line.isUsageHelpRequested()) {
        line.usage(System.out);
        return 0;
      }
      Path root = Path.of(System.getProperty("understudy.root", ""));
      return new Conformance(options, Checkout.of(options.checkout), root).run();
    } catch (CommandLine.ParameterException | IOException e) {
      System.err.println("conformance: " + e.getMessage());
      return CANNOT_RUN;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return CANNOT_RUN;
    }
  }

  private int run() throws IOException, InterruptedException {
    if (options.resp3 && !checkout.knowsResp3()) {
      throw new IOException(
          "the suite of " + checkout.release() + " cannot speak RESP3; take valkey 8.0 or later");
    }
    KnownDifferences known =
        KnownDifferences.read(root.resolve("conformance").resolve("differences.txt"));
    Path programs = programs();
    SuiteResult direct = options.proxyOnly ? null : new Suite(programs, false).run("direct");
    SuiteResult proxied = new Suite(programs, true).run("proxy");
    return new ConformanceReport(checkout, options.resp3, known, direct, proxied).print(System.out);
  }

  private Path programs() throws IOException {
    if (options.programs != null) {
      return options.programs.toAbsolutePath();
    }
    String told = System.getenv("UNDERSTUDY_SERVERS");
    Path servers = told == null || told.isEmpty() ? root.resolve(".servers") : Path.of(told);
    return checkout
        .programs(servers)
        .orElseThrow(
            () ->
                new IOException(
                    "no "
                        + checkout.release()
                        + " in "
                        + servers
                        + "; run testkit/servers, or give --programs FOLDER"));
  }

  /** One run of the suite with a server, and perhaps a proxy, of its own. */
  private final class Suite {
    private final Path programs;
    private final boolean throughProxy;

    Suite(Path programs, boolean throughProxy) {
      this.programs = programs;
      this.throughProxy = throughProxy;
    }

    SuiteResult run(String name) throws IOException, InterruptedException {
      System.err.println("conformance: running the suite of " + checkout.release() + ", " + name);
      try (Children children = Children.inTemporaryDirectory()) {
        int port = startServer(children);
        if (throughProxy) {
          port = options.keeper ? startWhole(children, port) : startProxy(children, port);
        }
        Path suite = children.directory().resolve("suite");
        checkout.copySuite(suite, programs, options.resp3);
        Path output = children.directory().resolve("suite.txt");
        Process process =
            new ProcessBuilder(command(port))
                .directory(suite.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        process.waitFor();
        String text = Files.readString(output, StandardCharsets.ISO_8859_1);
        if (options.output != null) {
          Files.createDirectories(options.output);
          Files.writeString(
              options.output.resolve(name + ".txt"), text, StandardCharsets.ISO_8859_1);
        }
        SuiteResult result = SuiteResult.of(text);
        System.err.println(
            "conformance: "
                + name
                + ": "
                + result.passed().size()
                + " passed, "
                + result.failures().size()
                + " failed, "
                + result.ignored()
                + " left out by the suite"
                + (result.finished() ? "" : "; IT DID NOT COME TO ITS END"));
        return result;
      }
    }

    private List<String> command(int port) throws IOException {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "./runtest",
                  "--host",
                  "127.0.0.1",
                  "--port",
                  Integer.toString(port),
                  "--baseport",
                  Integer.toString(Math.min(Children.freePort(), 65_535 - PORTS)),
                  "--tags",
                  "-slow",
                  "--durable",
                  "--timeout",
                  HANG_SECONDS));
      if (options.resp3) {
        // Tests of tracking read pushes from where only RESP2 connections deliver them.
        command.addAll(List.of("--force-resp3", "--skipunit", "unit/tracking"));
      }
      for (String unit : options.units) {
        command.addAll(List.of("--single", unit));
      }
      return command;
    }

    private int startServer(Children children) throws IOException {
      int port = Children.freePort();
      Path data = Files.createDirectory(children.directory().resolve("data"));
      Process process =
          children.start(
              "server",
              List.of(
                  programs.resolve(checkout.family() + "-server").toString(),
                  "--port",
                  Integer.toString(port),
                  "--save",
                  "",
                  "--enable-protected-configs",
                  "yes",
                  "--enable-debug-command",
                  "yes",
                  "--enable-module-command",
                  "yes",
                  "--dir",
                  data.toString()));
      children.awaitServing("server", process, port, START_DEADLINE);
      return port;
    }

    private int startProxy(Children children, int serverPort) throws IOException {
      int port = Children.freePort();
      Process process =
          children.start(
              "proxy",
              List.of(
                  ProcessHandle.current().info().command().orElse("java"),
                  "--enable-native-access=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  UnwatchedProxy.class.getName(),
                  Integer.toString(serverPort),
                  Integer.toString(port)));
      children.awaitServing("proxy", process, port, START_DEADLINE);
      return port;
    }

    private int startWhole(Children children, int serverPort) throws IOException {
      UnderstudyRun run =
          UnderstudyRun.configure(children.directory().resolve("understudy"), serverPort, 0, "");
      Process process = run.start(children, "proxy", List.of());
      children.awaitServing("proxy", process, run.port(), START_DEADLINE);
      return run.port();
    }
  }
}
