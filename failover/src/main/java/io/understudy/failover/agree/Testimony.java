package io.understudy.failover.agree;

import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Panel;
import io.understudy.failover.view.Reachability;
import io.understudy.failover.view.Witness;
import io.understudy.topology.Address;
import io.understudy.topology.Peers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a keeper tells the others of a group, as text: a line that names the form, then one line per
 * node that it cannot talk to, with the state, the refusals in a row and the age in milliseconds.
 *
 * <p>Ages instead of instants, because each process has a clock of its own. An age grows while the
 * text stays the same, so the reader adds what passed since it got the text.
 */
public final class Testimony {
  private static final String FORM = "absent 1";
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int FIELDS = 4;

  private Testimony() {}

  /**
   * What is told of the nodes; the same text for as long as nothing new is to be told.
   *
   * @param refusals how many in a row confirm each other
   */
  public static String write(List<NodeView> nodes, long nowNanos, int refusals, String before) {
    String told = write(nodes, nowNanos, refusals);
    boolean same = told.equals(before) || withoutAges(told).equals(withoutAges(before));
    return same ? before : told;
  }

  private static String write(List<NodeView> nodes, long nowNanos, int refusals) {
    var text = new StringBuilder(FORM);
    for (NodeView node : nodes) {
      switch (node.reachability()) {
        case Reachability.Answering a -> {}
        case Reachability.Loading l -> {}
        case Reachability.Misconf m -> {}
        case Reachability.Busy b -> {}
        case Reachability.Refused r ->
            line(
                text,
                node,
                Witness.Kind.REFUSED,
                // More than confirm each other say nothing new, and a text that changes is sent
                // again.
                Math.min(r.times(), refusals),
                nowNanos - r.sinceNanos());
        case Reachability.Silent s ->
            line(text, node, Witness.Kind.SILENT, 0, nowNanos - s.sinceNanos());
        case Reachability.Unprobed u -> line(text, node, Witness.Kind.UNCLEAR, 0, 0);
        case Reachability.Broken b -> line(text, node, Witness.Kind.UNCLEAR, 0, 0);
        case Reachability.NoAuth n -> line(text, node, Witness.Kind.UNCLEAR, 0, 0);
        case Reachability.NoPerm n -> line(text, node, Witness.Kind.UNCLEAR, 0, 0);
        case Reachability.NotRedis n -> line(text, node, Witness.Kind.UNCLEAR, 0, 0);
        case Reachability.ClusterMode c -> line(text, node, Witness.Kind.UNCLEAR, 0, 0);
        case Reachability.TooOld t -> line(text, node, Witness.Kind.UNCLEAR, 0, 0);
        case Reachability.Unresolvable u -> line(text, node, Witness.Kind.UNCLEAR, 0, 0);
      }
    }
    return text.toString();
  }

  private static void line(
      StringBuilder text, NodeView node, Witness.Kind kind, int times, long ageNanos) {
    text.append('\n')
        .append(node.address())
        .append(' ')
        .append(kind.name().toLowerCase(Locale.ROOT))
        .append(' ')
        .append(times)
        .append(' ')
        .append(Math.max(0, ageNanos / NANOS_PER_MILLI));
  }

  private static List<String> withoutAges(String text) {
    return text.lines()
        .map(
            line ->
                line.equals(FORM) ? line : line.substring(0, Math.max(0, line.lastIndexOf(' '))))
        .toList();
  }

  /**
   * The panel that the shared views make.
   *
   * @param awakeSinceNanos what was heard before this process last slept says nothing any more
   */
  public static Panel panel(int members, List<Peers.Shared> others, long awakeSinceNanos) {
    List<Witness> witnesses = new ArrayList<>();
    for (Peers.Shared shared : others) {
      if (shared.heardNanos() >= awakeSinceNanos) {
        read(shared).ifPresent(witnesses::add);
      }
    }
    return new Panel(members, witnesses);
  }

  /** Empty when the keeper told nothing of the group, or not in a form that is understood. */
  private static Optional<Witness> read(Peers.Shared shared) {
    List<String> lines = shared.view().lines().toList();
    if (lines.isEmpty() || !lines.getFirst().equals(FORM)) {
      return Optional.empty();
    }
    List<Witness.Absence> absences = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.split(" ", -1);
      if (fields.length != FIELDS) {
        return Optional.empty();
      }
      try {
        absences.add(
            new Witness.Absence(
                Address.parse(fields[0]),
                Witness.Kind.valueOf(fields[1].toUpperCase(Locale.ROOT)),
                Integer.parseInt(fields[2]),
                shared.sinceNanos() - Long.parseLong(fields[3]) * NANOS_PER_MILLI));
      } catch (IllegalArgumentException e) {
        return Optional.empty();
      }
    }
    return Optional.of(new Witness(shared.keeper(), absences));
  }
}
