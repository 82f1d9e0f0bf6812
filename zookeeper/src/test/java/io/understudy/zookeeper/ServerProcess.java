package io.understudy.zookeeper;

import io.understudy.testkit.Eventually;
import io.understudy.testkit.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** ZooKeeper's own server as a process of its own, configured as an operator would. */
final class ServerProcess implements AutoCloseable {
  private final Ports.Reserved port = Ports.reserve();
  private final Process process;

  /**
   * Starts one, and returns when its port is open.
   *
   * @param portKey {@code clientPort} or {@code secureClientPort}
   * @param settings lines of its configuration
   * @param jvm more of its JVM's arguments
   */
  ServerProcess(Path folder, String portKey, List<String> settings, List<String> jvm) {
    try {
      List<String> lines =
          new ArrayList<>(
              List.of(
                  "dataDir=" + Files.createDirectories(folder.resolve("data")),
                  portKey + "=" + port.port(),
                  portKey + "Address=127.0.0.1",
                  "tickTime=500",
                  "admin.enableServer=false"));
      lines.addAll(settings);
      Path file = Files.write(folder.resolve("zoo.cfg"), lines);
      List<String> command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx128m",
                  "-XX:TieredStopAtLevel=1",
                  "-XX:+UseSerialGC"));
      command.addAll(jvm);
      command.addAll(
          List.of(
              "-cp",
              System.getProperty("java.class.path"),
              "org.apache.zookeeper.server.ZooKeeperServerMain",
              file.toString()));
      Path log = folder.resolve("server.log");
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      Eventually.holds("it listens, or says why not in " + log, this::isListening);
    } catch (IOException e) {
      throw new AssertionError("cannot start ZooKeeper", e);
    }
  }

  private boolean isListening() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.port()), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  String connect() {
    return "127.0.0.1:" + port.port();
  }

  @Override
  public void close() {
    process.destroyForcibly();
    port.close();
  }
}
