package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.rest.GroupReport;
import io.understudy.failover.GroupStatus;
import io.understudy.failover.decide.Action;
import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.Scheduled;
import io.understudy.failover.view.NodeFacts;
import io.understudy.failover.view.NodeView;
import io.understudy.topology.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** Says in words what a keeper knows of a group. */
final class Reports {
  private Reports() {}

  /**
   * Writes one.
   *
   * @param publication whether what it acts on is known to be the newest
   * @param outlook how its clients get along without ZooKeeper, or would
   */
  static GroupReport of(
      GroupStatus status,
      Configuration.Group group,
      List<String> listeners,
      GroupReport.Publication publication,
      Optional<String> outlook) {
    return new GroupReport(
        status.group(),
        listeners,
        status.published().epoch().number(),
        status.published().primary().map(primary -> primary.address().toString()),
        publication,
        status.decision().rule(),
        status.decision().reason(),
        evidence(status, outlook),
        operation(status),
        nodes(status, group),
        status.differences(),
        status.recent().stream().map(Reports::line).toList());
  }

  private static List<String> evidence(GroupStatus status, Optional<String> outlook) {
    List<String> lines = new ArrayList<>();
    lines.add("published: " + status.published().reason());
    outlook.ifPresent(lines::add);
    status
        .view()
        .ifPresent(
            view -> {
              for (NodeView node : view.nodes()) {
                lines.add(node.address() + " " + node.reachability().describe(view.nowNanos()));
              }
              lines.add(view.standing().reason());
              view.paused().ifPresent(why -> lines.add("paused: " + why));
            });
    for (Action action : status.decision().actions()) {
      lines.add("asked for now: " + words(action));
    }
    return lines;
  }

  private static String words(Action action) {
    return switch (action) {
      case Action.Order order -> order.describe();
      case Action.Settle settle -> "make sure what became of the last order to " + settle.node();
      case Action.Probe probe -> "read again: " + probe.nodes();
      case Action.Publish publish -> "publish: " + publish.topology().reason();
    };
  }

  private static Optional<String> operation(GroupStatus status) {
    return status
        .journal()
        .flatMap(j -> j.operation())
        .map(
            operation ->
                operation.kind().name().toLowerCase(Locale.ROOT)
                    + " by rule "
                    + operation.rule()
                    + ", now at "
                    + operation.phase().name().toLowerCase(Locale.ROOT)
                    + operation.target().map(t -> " of " + t.address()).orElse(""))
        .or(() -> status.journal().flatMap(j -> j.scheduled()).map(Scheduled::describe));
  }

  private static List<GroupReport.NodeReport> nodes(GroupStatus status, Configuration.Group group) {
    if (status.view().isEmpty()) {
      return group.nodes().stream()
          .map(
              address ->
                  new GroupReport.NodeReport(
                      address.toString(),
                      "unknown",
                      false,
                      "was not probed yet",
                      "",
                      "",
                      OptionalLong.empty(),
                      ""))
          .toList();
    }
    long nowNanos = status.view().get().nowNanos();
    return status.view().get().nodes().stream().map(node -> node(node, nowNanos)).toList();
  }

  private static GroupReport.NodeReport node(NodeView node, long nowNanos) {
    Optional<NodeFacts> facts = node.readableFacts();
    return new GroupReport.NodeReport(
        node.address().toString(),
        facts.map(f -> f.role() == Role.PRIMARY ? "primary" : "replica").orElse("unknown"),
        node.reachability().isReadable(),
        node.reachability().describe(nowNanos),
        node.facts().map(f -> f.runId().value()).orElse(""),
        node.facts().map(NodeFacts::version).orElse(""),
        facts.isPresent()
            ? OptionalLong.of(facts.get().replication().offset())
            : OptionalLong.empty(),
        facts.flatMap(NodeFacts::upstream).map(u -> "follows " + u).orElse(""));
  }

  /** One entry of a history, for a person. */
  static String line(Entry entry) {
    return Instant.ofEpochMilli(entry.wallMillis())
        + " #"
        + entry.number()
        + " epoch "
        + entry.epoch()
        + " "
        + entry.rule()
        + ": "
        + entry.reason()
        + (entry.actions().isEmpty() ? "" : " -> " + String.join(", ", entry.actions()));
  }
}
