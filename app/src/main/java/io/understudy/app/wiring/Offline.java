package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.failover.OfflinePromotion;
import io.understudy.failover.view.EpochMark;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Verification;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A promotion by hand, while no keeper runs. One thread; blocks. */
public final class Offline implements AutoCloseable {
  /** What was promoted by hand, one line each; kept for ever. */
  public static final String AUDIT = "offline-promotions.log";

  private static final int CONNECT_MILLIS = 1_000;

  private final Configuration configuration;
  private final Configuration.Group group;
  private final String who;
  private final Certificates certificates = new Certificates();
  private final OfflinePromotion promotion;
  private List<NodeView> seen = List.of();

  /**
   * Begins to look at a group of the configuration.
   *
   * @throws StartException in one line, when its certificates cannot be used
   */
  public Offline(Configuration configuration, Configuration.Group group) throws StartException {
    this.configuration = configuration;
    this.group = group;
    this.who =
        (System.getProperty("user.name", "unknown") + "@" + host() + "/" + now())
            .replaceAll("[^\\x21-\\x7e]", "?");
    this.promotion =
        new OfflinePromotion(
            Options.group(group, configuration.failover().upkeep().zones(), certificates),
            who,
            System::nanoTime);
  }

  /**
   * What was done.
   *
   * @param done whether the node is primary now
   * @param lines one sentence each
   */
  public record Outcome(boolean done, Epoch epoch, List<String> lines) {
    /** Makes the list unmodifiable. */
    public Outcome {
      lines = List.copyOf(lines);
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "unknown";
    }
  }

  private static Instant now() {
    return Instant.now().truncatedTo(ChronoUnit.SECONDS);
  }

  /** What each server holds, one line each. */
  public List<String> look() throws InterruptedException {
    seen = promotion.look();
    return seen.stream().map(Offline::line).toList();
  }

  private static String line(NodeView node) {
    NodeFacts facts = node.readableFacts().orElse(null);
    if (facts == null) {
      return node.address() + " " + node.reachability().describe(System.nanoTime());
    }
    return node.address()
        + " "
        + facts.upstream().map(up -> "follows " + up).orElse("is primary")
        + ", "
        + facts.keys()
        + " keys, history "
        + facts.replication().id().abbreviated()
        + " offset "
        + facts.replication().offset()
        + ", run "
        + facts.runId().abbreviated()
        + ", mark "
        + facts.mark().map(EpochMark::toString).orElse("none");
  }

  /** Everything that speaks against it; an operator may force it all the same. */
  public List<String> obstacles(Address to) {
    List<String> obstacles = new ArrayList<>(answering());
    obstacles.addAll(promotion.obstacles(to));
    return obstacles;
  }

  /** Keepers that run, or can act as soon as they do. */
  private List<String> answering() {
    List<String> answering = new ArrayList<>();
    Address admin = configuration.admin().bind();
    if (answers(admin.host(), admin.port())) {
      answering.add("an understudy answers at " + admin + "; ask it: understudy failover --force");
    }
    configuration
        .failover()
        .zookeeper()
        .ifPresent(
            zookeeper -> {
              for (String server : zookeeper.connect().split(",", -1)) {
                Address address = Address.parse(server.strip());
                if (answers(address.host(), address.port())) {
                  answering.add("ZooKeeper answers at " + address + "; start a keeper instead");
                }
              }
            });
    return answering;
  }

  private static boolean answers(String host, int port) {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Why it cannot be done at all. */
  public Optional<String> impossible(Address to) {
    return promotion.impossible(to);
  }

  /**
   * Does it, and writes it down: before, that it is tried, and after, how it ended.
   *
   * @param passedOver what spoke against it
   * @throws IOException in one line, when it cannot be written down; then nothing was done
   */
  public Outcome promote(Address to, List<String> passedOver)
      throws IOException, InterruptedException {
    Path file = configuration.failover().stateDirectory().resolve(AUDIT);
    Files.createDirectories(configuration.failover().stateDirectory());
    audit(file, "promotes " + to + " of " + group.name() + ", passing over " + passedOver);
    for (NodeView node : seen) {
      audit(file, "saw " + line(node));
    }
    OfflinePromotion.Result result = promotion.promote(to, doubt());
    audit(file, (result.done() ? "did: " : "failed: ") + String.join("; ", result.lines()));
    return new Outcome(result.done(), result.epoch(), result.lines());
  }

  /**
   * A proxy that lost ZooKeeper may believe in the old primary, whatever this file says of that.
   */
  private Duration doubt() {
    return switch (configuration.failover().coordinator()) {
      case LOCAL -> Duration.ZERO;
      case ZOOKEEPER, FOLLOW -> Verification.USUAL.doubt();
    };
  }

  private void audit(Path file, String what) throws IOException {
    try {
      Files.writeString(
          file,
          Instant.now() + " " + who + " " + what + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND,
          StandardOpenOption.SYNC);
    } catch (IOException e) {
      throw new IOException(file + " cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    promotion.close();
    certificates.close();
  }
}
