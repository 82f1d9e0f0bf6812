package io.understudy.app.keepers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.testkit.Ports;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README's several keepers on one machine, by a shell, as they stand there. */
class QuickstartTest {
  private static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final int MEMBERS = 3;

  @TempDir private Path folder;

  private final List<Ports.Reserved> reserved = new ArrayList<>();

  /** Only the ports are others, because on this machine somebody may use those of the page. */
  @Test
  void shouldRunReadmesKeepersWithOnlyPortsChanged() throws Exception {
    List<Integer> servers = ports();
    List<Integer> ensemble = ports();
    List<Integer> listeners = ports();
    List<Integer> admins = ports();
    String pasted = readme();
    for (int i = 0; i < MEMBERS; i++) {
      pasted =
          pasted
              .replaceAll("\\b700" + (i + 1) + "\\b", servers.get(i).toString())
              .replaceAll("\\b218" + (i + 1) + "\\b", ensemble.get(i).toString());
    }
    pasted = pasted.replace("638$n", chosen(listeners)).replace("800$n", chosen(admins));
    asOnThePath();
    Process shell = shell(pasted);
    try {
      Address first = new Address("127.0.0.1", listeners.get(0));
      Address second = new Address("127.0.0.1", listeners.get(1));
      awaitAnswer(first, new Reply.Text("OK"), "SET", "key", "value");
      for (int server : servers) {
        // Whoever is promoted has it.
        awaitAnswer(new Address("127.0.0.1", server), new Reply.Text("value"), "GET", "key");
      }
      awaitAnswer(second, new Reply.Text("value"), "GET", "key");
      var status = ProgramProcess.run(folder, "status", "-a", "127.0.0.1:" + admins.get(0));
      assertThat(status.out()).contains("primary 127.0.0.1:" + servers.getFirst());
      assertThat(status.exitCode()).isZero();

      kill9(new Address("127.0.0.1", servers.getFirst()));

      awaitAnswer(second, new Reply.Text("OK"), "SET", "after", "1");
      awaitAnswer(first, new Reply.Text("value"), "GET", "key");

      List<ProcessHandle> started = shell.descendants().toList();
      assertThat(started).hasSizeGreaterThanOrEqualTo(3 * MEMBERS - 1);
      shell.getOutputStream().close();
      assertThat(shell.waitFor()).isZero();
      assertThat(started).noneMatch(ProcessHandle::isAlive);
    } finally {
      shell.descendants().forEach(ProcessHandle::destroyForcibly);
      shell.destroyForcibly();
      reserved.forEach(Ports.Reserved::close);
    }
  }

  /** What the shell runs for the n-th of three. */
  private static String chosen(List<Integer> ports) {
    return "$(echo "
        + String.join(" ", ports.stream().map(p -> Integer.toString(p)).toList())
        + " | cut -d' ' -f$n)";
  }

  private List<Integer> ports() {
    List<Integer> ports = new ArrayList<>();
    for (int i = 0; i < MEMBERS; i++) {
      Ports.Reserved one = Ports.reserve();
      reserved.add(one);
      ports.add(one.port());
    }
    return ports;
  }

  /** The launcher without its look for a JDK, and the server that tests use. */
  private void asOnThePath() throws IOException {
    Path launcher = folder.resolve("understudy");
    Files.writeString(
        launcher,
        "#!/bin/sh\nexec '%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx128m -XX:MaxDirectMemorySize=1g -cp '%s' %s \"$@\"\n"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                "--enable-native-access=ALL-UNNAMED io.understudy.app.Main"));
    Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwx------"));
    Files.createSymbolicLink(
        folder.resolve("redis-server"), ServerVersion.usual().program().toAbsolutePath());
  }

  /** Ends the trial as the page says when there is nothing more to read. */
  private Process shell(String pasted) throws IOException {
    ProcessBuilder shell =
        new ProcessBuilder("bash", "-c", pasted + "\nread _\nkill $(jobs -p)\nwait $(jobs -p)\n:")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("said").toFile());
    shell.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
    return shell.start();
  }

  private void awaitAnswer(Address at, Reply expected, String... words) throws IOException {
    try {
      await()
          .atMost(DEADLINE)
          .ignoreExceptions()
          .until(
              () -> {
                try (RespConnection client = RespConnection.open(at, TIMEOUT)) {
                  return client.ask(words).equals(expected);
                }
              });
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(Files.readString(folder.resolve("said")), e);
    }
  }

  private static void kill9(Address server) throws IOException {
    try (RespConnection direct = RespConnection.open(server, TIMEOUT)) {
      Matcher pid = Pattern.compile("process_id:(\\d+)").matcher(direct.ask("INFO").toString());
      assertThat(pid.find()).isTrue();
      ProcessHandle.of(Long.parseLong(pid.group(1))).orElseThrow().destroyForcibly();
    }
  }

  private static String readme() throws IOException {
    Path root = Path.of(Optional.ofNullable(System.getProperty("understudy.root")).orElse(".."));
    Matcher block =
        Pattern.compile("### Several keepers\n.*?```\n(.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(root.resolve("README.md")));
    assertThat(block.find()).as("README.md has keepers to paste").isTrue();
    return block.group(1);
  }
}
