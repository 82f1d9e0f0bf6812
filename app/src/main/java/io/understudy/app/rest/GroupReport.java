package io.understudy.app.rest;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an operator may know of a group. It is the form of the public JSON, and so a record of its
 * own: what the keeper holds inside may change without it.
 *
 * @param listeners the addresses that clients connect to
 * @param epoch the number of the present reign; 0 before the first
 * @param primary the address that takes writes; empty while there is none
 * @param publication whether what this process acts on is known to be the newest
 * @param rule the name of the rule that holds now
 * @param reason that rule's sentence for an operator
 * @param evidence the facts that the rule was chosen by
 * @param operation the step that is under way; empty when none is
 * @param differences where the file does not say what was made of the nodes since, and what to do
 * @param journal the newest entries, oldest first
 */
public record GroupReport(
    String name,
    List<String> listeners,
    long epoch,
    Optional<String> primary,
    Publication publication,
    String rule,
    String reason,
    List<String> evidence,
    Optional<String> operation,
    List<NodeReport> nodes,
    List<String> differences,
    List<String> journal) {
  public GroupReport {
    listeners = List.copyOf(listeners);
    evidence = List.copyOf(evidence);
    nodes = List.copyOf(nodes);
    differences = List.copyOf(differences);
    journal = List.copyOf(journal);
  }

  /** What is known of that which this process acts on. */
  public enum Publication {
    /** It is the newest. */
    CURRENT,
    /** ZooKeeper is not there, and requests go on while all replicas follow the primary. */
    BELIEVED,
    /** It may not be the newest any more, and requests wait. */
    DOUBTFUL;

    /** As in the JSON and in metrics. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * One node of the group.
   *
   * @param role {@code primary}, {@code replica} or {@code unknown}
   * @param up whether it answers questions now
   * @param health a few words, such as {@code answers} or {@code refuses connections}
   * @param runId empty until the node answered once
   * @param offset bytes of replication history held; empty when unknown
   * @param link what it follows and how, a few words; empty for a primary
   */
  public record NodeReport(
      String address,
      String role,
      boolean up,
      String health,
      String runId,
      String version,
      OptionalLong offset,
      String link) {}
}
