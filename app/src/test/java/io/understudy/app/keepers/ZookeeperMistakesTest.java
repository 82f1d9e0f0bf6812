package io.understudy.app.keepers;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.app.ProgramProcess;
import io.understudy.testkit.Ports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the program answers to mistakes about ZooKeeper: one line, an exit code, no stack trace. */
class ZookeeperMistakesTest {
  @TempDir private Path folder;

  @Test
  void shouldSayThatNobodyAnswersAtStart() throws Exception {
    int free = Ports.reserveUntilExit();
    Files.writeString(
        folder.resolve("understudy.yaml"),
        """
        groups:
          - { name: orders, nodes: ["127.0.0.1:1"] }
        failover:
          coordinator: zookeeper
          keeper: { id: k1, members: [k1, k2, k3] }
          zookeeper: { connect: "127.0.0.1:%d" }
        admin: { bind: "127.0.0.1:%d" }
        """
            .formatted(free, Ports.reserveUntilExit()));

    var ended = ProgramProcess.run(folder, "run");

    assertThat(ended.err())
        .isEqualTo(
            "understudy.yaml: failover.zookeeper: nobody answers at 127.0.0.1:"
                + free
                + " within 10 s; start ZooKeeper there ('understudy zookeeper' runs one), or"
                + " correct the address\n");
    assertThat(ended.exitCode()).isEqualTo(3);
  }

  @Test
  void shouldSayThatTheAddressIsTaken() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + taken.getLocalPort();

      var ended = ProgramProcess.run(folder, "zookeeper", "--bind", address);

      assertThat(ended.err())
          .isEqualTo(
              "zookeeper: "
                  + address
                  + " cannot be bound (Address already in use); choose another address\n");
      assertThat(ended.exitCode()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "zookeeper --bind here | zookeeper: --bind: 'here' has no port; write host:port, such as"
            + " 10.0.0.1:6379",
        "zookeeper --id 1      | zookeeper: --id is used only with --ensemble",
        "zookeeper --ensemble h:1,h:2,h:3 | zookeeper: --ensemble needs --id, a number from 1 to 3",
        "zookeeper --ensemble h:1,h:1 --id 1 | zookeeper: --ensemble names a server twice",
      })
  void shouldAnswerWithOneLine(String command, String line) throws Exception {
    var ended = ProgramProcess.run(folder, command.split(" ", -1));

    assertThat(ended.err()).isEqualTo(line + "\n");
    assertThat(ended.exitCode()).isEqualTo(2);
  }
}
