package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.failover.publish.TopologyBoard;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Finds out, for the groups that this process serves, whether requests may go on when ZooKeeper is
 * lost. Any thread.
 */
final class Verifying implements AutoCloseable {
  private final TopologyBoard board;
  private final Certificates certificates;
  private final LongSupplier nanoTime;

  /** As many as there are groups. */
  private final Map<String, Inquiry> inquiries = new ConcurrentHashMap<>();

  Verifying(TopologyBoard board, Certificates certificates, LongSupplier nanoTime) {
    this.board = board;
    this.certificates = certificates;
    this.nanoTime = nanoTime;
  }

  /** Begins with those that are new, and logs in to the others as this says. */
  void follow(List<Configuration.Group> groups) {
    for (Configuration.Group group : groups) {
      inquiries
          .computeIfAbsent(group.name(), name -> new Inquiry(group, board, certificates, nanoTime))
          .login(group);
    }
  }

  /** Ends it for a group. */
  void forget(String group) {
    Inquiry ended = inquiries.remove(group);
    if (ended != null) {
      ended.close();
    }
  }

  /** What an operator is to know of a group; empty while there is nothing to say. */
  Optional<String> remark(String group) {
    return Optional.ofNullable(inquiries.get(group)).flatMap(Inquiry::remark);
  }

  /** The same, and while ZooKeeper is there what would be without it. */
  Optional<String> outlook(String group) {
    return Optional.ofNullable(inquiries.get(group)).flatMap(Inquiry::outlook);
  }

  @Override
  public void close() {
    List.copyOf(inquiries.keySet()).forEach(this::forget);
  }
}
