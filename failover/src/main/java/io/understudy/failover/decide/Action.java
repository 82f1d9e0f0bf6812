package io.understudy.failover.decide;

import io.understudy.failover.view.EpochMark;
import io.understudy.topology.Address;
import io.understudy.topology.Node;
import io.understudy.topology.Topology;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** One thing to do, as a value: decided here, performed elsewhere. */
public sealed interface Action {

  /**
   * An order that changes a server. At most one is open per run of a node.
   *
   * <p>It is carried out as one transaction that the mark guards: {@code WATCH} the {@link
   * EpochMark#KEY mark}, {@code GET} it, and only if it equals {@link #expected} send {@code
   * MULTI}, the order, {@code EXEC}. It goes to the run {@link #node} and to no other: on a
   * connection whose run id was read on that same connection. Nothing is sent again after any byte
   * left.
   */
  sealed interface Order extends Action {
    /** Names it in the journal; never used twice in a group. */
    long id();

    /** The run that must carry it out. */
    Node node();

    /** The mark that must still be there; empty: the key must not exist. */
    Optional<EpochMark> expected();

    /** What it does, in words for an operator. */
    String describe();
  }

  /**
   * {@code REPLICAOF 127.0.0.1 0}: the node follows nothing. A replica keeps its data and history,
   * and re-attaches with a partial resync; a primary takes no more writes.
   */
  record Gate(long id, Node node, Optional<EpochMark> expected) implements Order {
    @Override
    public String describe() {
      return "gate " + node.address();
    }
  }

  /**
   * {@code REPLICAOF NO ONE}, the {@code mark} set through {@code EVAL "return
   * redis.call('set',KEYS[1],ARGV[1])" 1 key mark} (a plain SET is refused on a replica when it is
   * queued), and {@code CONFIG REWRITE} where the server has a file, in one EXEC.
   *
   * @param minReplicas what its {@code min-replicas-to-write} goes back to; empty to leave it alone
   */
  record Promote(
      long id, Node node, Optional<EpochMark> expected, EpochMark mark, OptionalLong minReplicas)
      implements Order {
    @Override
    public String describe() {
      return "promote " + node.address() + " in epoch " + mark.epoch();
    }
  }

  /**
   * {@code REPLICAOF host port} of {@code primary}. On a node that is a primary, a demotion.
   *
   * @param minReplicas what its {@code min-replicas-to-write} goes back to before CONFIG REWRITE
   *     would make a switchover's fence permanent; empty to leave it alone
   */
  record Attach(
      long id, Node node, Optional<EpochMark> expected, Node primary, OptionalLong minReplicas)
      implements Order {
    @Override
    public String describe() {
      return "attach " + node.address() + " to " + primary.address();
    }
  }

  /**
   * {@code CONFIG SET min-replicas-to-write} to a number that no group has: the primary refuses
   * writes, whoever sends them, and goes on feeding its replicas.
   */
  record Fence(long id, Node node, Optional<EpochMark> expected) implements Order {
    /** More replicas than any primary has. */
    public static final long MIN_REPLICAS = 1_000_000;

    @Override
    public String describe() {
      return "let " + node.address() + " refuse writes";
    }
  }

  /** Undoes a {@link Fence}. */
  record Unfence(long id, Node node, Optional<EpochMark> expected, long minReplicas)
      implements Order {
    @Override
    public String describe() {
      return "let " + node.address() + " take writes again";
    }
  }

  /** Sets the {@code mark} on a node that is primary already, by a plain SET in the EXEC. */
  record Mark(long id, Node node, Optional<EpochMark> expected, EpochMark mark) implements Order {
    @Override
    public String describe() {
      return "write epoch " + mark.epoch() + " to " + node.address();
    }
  }

  /**
   * Makes sure that an order whose reply was lost either was carried out or never will be: on a new
   * connection to the same run, {@code CLIENT KILL ID} of every other connection that this keeper,
   * in this life or an earlier one, has there (they are found by name in {@code CLIENT LIST}).
   * {@link Outcome.Done} means certainty, nothing more; facts read after it tell which of the two.
   *
   * @param order the {@link Order#id} in doubt
   * @param node where it was sent
   */
  record Settle(long order, Node node) implements Action {}

  /**
   * Read these nodes again now instead of at the next regular turn. Needs no outcome: fresh {@link
   * io.understudy.failover.view.NodeFacts#askedNanos} are the answer. Asked for again in every step
   * until then, so a node with a reading under way, or one begun less than 10 ms ago, is left
   * alone.
   */
  record Probe(List<Address> nodes) implements Action {
    public Probe {
      nodes = List.copyOf(nodes);
    }
  }

  /**
   * Hand this to every output, at once. It needs no outcome. An empty primary tells outputs to hold
   * requests.
   */
  record Publish(Topology topology) implements Action {}
}
