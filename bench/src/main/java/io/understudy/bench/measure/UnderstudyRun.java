package io.understudy.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * {@code understudy run} as users start it, with one group and one listener.
 *
 * @param file its configuration
 * @param port where it listens on 127.0.0.1
 */
public record UnderstudyRun(Path file, int port) {
  /** Where the launcher is; the commands beside this module set it. */
  private static final String ROOT_PROPERTY = "understudy.root";

  /**
   * Writes a configuration.
   *
   * @param directory made for it; its state goes there, too
   * @param redisPort the only node of the only group, on 127.0.0.1
   * @param threads event loops; 0 for the program's own choice
   * @param proxyLines more lines of the {@code proxy} section, indented by two
   */
  public static UnderstudyRun configure(
      Path directory, int redisPort, int threads, String proxyLines) throws IOException {
    return configure(directory, List.of(redisPort), threads, proxyLines);
  }

  /** The same with a group of several nodes. */
  public static UnderstudyRun configure(
      Path directory, List<Integer> redisPorts, int threads, String proxyLines) throws IOException {
    String nodes =
        redisPorts.stream().map(each -> "127.0.0.1:" + each).collect(Collectors.joining(", "));
    Files.createDirectories(directory);
    int port = Children.freePort();
    Path file = directory.resolve("understudy.yaml");
    String threadsLine = threads == 0 ? "" : "  threads: " + threads + "\n";
    Files.writeString(
        file,
        """
        groups:
          - name: bench
            nodes: [%s]
        proxy:
          listeners:
            - bind: 127.0.0.1:%d
              group: bench
        %s%s
        admin:
          bind: 127.0.0.1:%d
        """
            .formatted(nodes, port, threadsLine, proxyLines, Children.freePort()));
    return new UnderstudyRun(file, port);
  }

  /** Starts it; the launcher becomes the process, so its id is the virtual machine's. */
  public Process start(Children children, String name, List<String> jvmOptions) throws IOException {
    return children.start(
        name,
        List.of(launcher().toString(), "run", "-c", file.toString()),
        Map.of("UNDERSTUDY_JAVA_OPTS", String.join(" ", jvmOptions)));
  }

  /**
   * The program's launcher script.
   *
   * @throws IOException when this was started by hand, so that nobody said where it is
   */
  public static Path launcher() throws IOException {
    String root = System.getProperty(ROOT_PROPERTY, "");
    Path launcher = Path.of(root, "understudy");
    if (root.isEmpty() || !Files.isExecutable(launcher)) {
      throw new IOException("start this with a command in bench/: no launcher at " + launcher);
    }
    return launcher;
  }
}
