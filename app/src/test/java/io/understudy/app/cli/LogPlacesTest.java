package io.understudy.app.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.Ports;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the log of {@code understudy run} goes besides standard error. */
class LogPlacesTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int MAX_DATAGRAM_BYTES = 65_535;
  private static final long SMALLEST_FILE_BYTES = 1024;

  /** A warning is of severity 4 and facility 3: 8 * 3 + 4. */
  private static final String WARNING = "<28>";

  @TempDir private Path folder;

  @Test
  void shouldLogToAFileThatRollsAndWarningsToSyslog() throws Exception {
    try (RedisServer server = RedisServer.start(ServerVersion.installed().getFirst());
        DatagramSocket syslog = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      syslog.setSoTimeout(Math.toIntExact(DEADLINE.toMillis()));
      Files.writeString(
          folder.resolve("understudy.yaml"),
          """
          groups:
            - { name: orders, nodes: ["%s"] }
          admin: { bind: "127.0.0.1:%d" }
          log:
            file: { path: logs/understudy.log, size: 1kb, backups: 3 }
            syslog: 127.0.0.1:%d
          """
              .formatted(server.address(), Ports.reserveUntilExit(), syslog.getLocalPort()));
      try (ProgramProcess program = ProgramProcess.start(folder, Map.of(), List.of("run"))) {
        Path log = folder.resolve("logs/understudy.log");
        await()
            .atMost(DEADLINE)
            .until(() -> Files.exists(log) && Files.readString(log).contains("steady"));

        server.kill9();
        assertThat(received(syslog)).startsWith(WARNING).contains("understudy: ");
        await().atMost(DEADLINE).until(() -> files().size() > 1);

        program.terminate();
        var ended = program.await();
        assertThat(ended.exitCode()).isZero();
        assertThat(ended.err()).contains("orders");
        for (Path file : files()) {
          // A line is never cut, so that the last one may exceed the size.
          assertThat(Files.readAllLines(file).getFirst()).startsWith("20");
        }
        assertThat(totalBytes()).isLessThan(SMALLEST_FILE_BYTES * 16);
      }
    }
  }

  private static String received(DatagramSocket syslog) throws IOException {
    var packet = new DatagramPacket(new byte[MAX_DATAGRAM_BYTES], MAX_DATAGRAM_BYTES);
    syslog.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder.resolve("logs"))) {
      return files.toList();
    }
  }

  private long totalBytes() throws IOException {
    long total = 0;
    for (Path file : files()) {
      total += Files.size(file);
    }
    return total;
  }
}
