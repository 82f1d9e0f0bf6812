package io.understudy.zookeeper;

import io.understudy.testkit.Ports;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** ZooKeeper servers in this process, for tests. */
final class Ensemble implements AutoCloseable {
  /** Short, so that tests need not wait long for what leases guard. */
  static final Duration SESSION = Duration.ofSeconds(3);

  private static final String HOST = "127.0.0.1";

  private final List<Ports.Reserved> ports = new ArrayList<>();
  private final List<Address> addresses;
  private final List<Path> folders = new ArrayList<>();
  private final List<Optional<EmbeddedZookeeper>> servers = new ArrayList<>();

  private Ensemble(int size) throws IOException {
    for (int i = 0; i < size; i++) {
      ports.add(Ports.reserve());
      folders.add(Files.createTempDirectory("understudy-zookeeper-"));
      servers.add(Optional.empty());
    }
    addresses = ports.stream().map(p -> new Address(HOST, p.port())).toList();
  }

  static Ensemble of(int size) {
    try {
      var ensemble = new Ensemble(size);
      for (int i = 0; i < size; i++) {
        ensemble.start(i);
      }
      return ensemble;
    } catch (IOException e) {
      throw new AssertionError("cannot start ZooKeeper", e);
    }
  }

  void start(int index) throws IOException {
    servers.set(
        index,
        Optional.of(
            addresses.size() == 1
                ? EmbeddedZookeeper.alone(addresses.get(0), folders.get(0))
                : EmbeddedZookeeper.member(index + 1, addresses, folders.get(index))));
  }

  void stop(int index) {
    servers.get(index).ifPresent(EmbeddedZookeeper::close);
    servers.set(index, Optional.empty());
  }

  String connect() {
    return addresses.stream().map(Address::toString).collect(Collectors.joining(","));
  }

  ZookeeperOptions options() {
    return options("/understudy");
  }

  ZookeeperOptions options(String prefix) {
    return new ZookeeperOptions(connect(), prefix, Optional.empty(), Optional.empty(), SESSION);
  }

  @Override
  public void close() {
    IntStream.range(0, servers.size()).forEach(this::stop);
    ports.forEach(Ports.Reserved::close);
  }
}
