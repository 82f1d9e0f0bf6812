package io.understudy.failover.sim;

import io.understudy.topology.Role;
import io.understudy.topology.RunId;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/** One replication connection, from a primary to a replica: first the sync, then the stream. */
final class ReplicaLink {
  private static final long RETRY_NANOS = 20_000_000L;

  private enum State {
    SYNCING,
    LOADING,
    UP,
    ENDED
  }

  private record Item(long readyNanos, Dataset.@Nullable Command command, long endOffset) {}

  private final World world;
  private final SimServer from;
  private final SimServer to;
  private final int toIncarnation;
  private final Deque<Item> stream = new ArrayDeque<>();
  private State state;
  private boolean pumping;
  private @Nullable Dataset image;
  private String imageId = SimServer.NO_ID;
  private RunId imageRun = new RunId("none");
  private long imageOffset;
  private boolean first;
  long lastHeardNanos;

  /** How far the replica has told the primary that it is. */
  long acknowledged;

  private ReplicaLink(SimServer from, SimServer to, State state) {
    this.world = from.world;
    this.from = from;
    this.to = to;
    this.toIncarnation = to.incarnation;
    this.state = state;
    this.lastHeardNanos = world.time.nowNanos();
  }

  /** One attempt of a replica to connect; false when it has to try again. */
  static boolean tryOpen(SimServer replica, SimServer upstream) {
    World world = replica.world;
    boolean reachable =
        upstream.alive
            && !upstream.stopped
            && !upstream.isBusy()
            && !upstream.isLoading()
            && upstream != replica
            && !world.network.isCut(replica.name, upstream.name)
            && !world.network.isCut(upstream.name, replica.name);
    boolean serves =
        upstream.role == Role.PRIMARY || (upstream.link != null && upstream.link.isUp());
    if (!reachable || !serves) {
      return false;
    }
    if (upstream.canContinue(replica.replId, replica.offset)) {
      var link = new ReplicaLink(upstream, replica, State.UP);
      replica.trace("continues from " + upstream.name + " at " + replica.offset);
      if (!replica.replId.equals(upstream.replId)) {
        replica.formerReplId = replica.replId;
        replica.formerEnd = replica.offset + 1;
        replica.replId = upstream.replId;
      }
      replica.link = link;
      replica.hasBacklog = true;
      replica.everUp = true;
      replica.lastUpNanos = world.time.nowNanos();
      upstream.feeding.add(link);
      upstream.shown.add(link);
      upstream.attachments++;
      upstream.sendBacklog(link, replica.offset);
    } else {
      var link = new ReplicaLink(upstream, replica, State.SYNCING);
      link.first = !upstream.hasBacklog;
      replica.trace("full sync from " + upstream.name);
      upstream.makeBacklog();
      if (link.first) {
        world.faults.firstReplicaAttaches(upstream);
      }
      link.image = upstream.data.copy();
      link.imageId = upstream.replId;
      link.imageRun = upstream.runId;
      link.imageOffset = upstream.offset;
      replica.link = link;
      upstream.feeding.add(link);
      upstream.shown.add(link);
      upstream.attachments++;
      world.time.after(world.time.millis(10, 250), link::load);
    }
    return true;
  }

  boolean isUp() {
    return state == State.UP;
  }

  boolean isSyncing() {
    return state == State.SYNCING || state == State.LOADING;
  }

  boolean isLoading() {
    return state == State.LOADING;
  }

  boolean comesFrom(SimServer server) {
    return from == server;
  }

  /** The replica drops what it had and reads the image. */
  private void load() {
    if (state != State.SYNCING) {
      return;
    }
    if (to.stopped || world.network.isCut(from.name, to.name)) {
      world.time.after(RETRY_NANOS, this::load);
      return;
    }
    world.checks.replicaWipes(to, from, imageOrEmpty());
    state = State.LOADING;
    to.data = new Dataset();
    to.markVersion++;
    to.replId = world.newReplId();
    to.formerReplId = SimServer.NO_ID;
    to.offset = 0;
    to.clearBacklog();
    to.everUp = false;
    world.time.after(world.time.millis(5, 150), this::loaded);
  }

  private Dataset imageOrEmpty() {
    return image == null ? new Dataset() : image;
  }

  private void loaded() {
    if (state != State.LOADING) {
      return;
    }
    if (to.stopped) {
      world.time.after(RETRY_NANOS, this::loaded);
      return;
    }
    to.data = imageOrEmpty();
    to.filledBy = imageRun;
    to.markVersion++;
    to.replId = imageId;
    to.offset = imageOffset;
    to.hasBacklog = true;
    state = State.UP;
    to.everUp = true;
    to.lastUpNanos = world.time.nowNanos();
    lastHeardNanos = world.time.nowNanos();
    to.trace("is synced with " + from.name + " at " + imageOffset);
    if (first) {
      world.faults.firstReplicaWasFilled(from);
    }
    pump();
  }

  void feed(Dataset.Command command, long endOffset) {
    stream.addLast(new Item(world.time.nowNanos() + world.network.delay(), command, endOffset));
    pump();
  }

  /** The connection ends; what was sent before still arrives. */
  void end() {
    from.feeding.remove(this);
    from.shown.remove(this);
    stream.addLast(new Item(world.time.nowNanos() + world.network.delay(), null, 0));
    pump();
  }

  /** The replica gave it up. */
  void abandoned() {
    state = State.ENDED;
    from.feeding.remove(this);
    depart();
    stream.clear();
  }

  private void pump() {
    if (!pumping && !stream.isEmpty() && state != State.ENDED) {
      pumping = true;
      world.time.after(stream.getFirst().readyNanos() - world.time.nowNanos(), this::deliver);
    }
  }

  private void deliver() {
    pumping = false;
    if (state == State.ENDED || stream.isEmpty()) {
      return;
    }
    Item head = stream.getFirst();
    boolean severed = head.command() == null && !from.alive;
    boolean waits =
        to.stopped
            || world.network.isCut(from.name, to.name)
            || (state != State.UP && head.command() != null)
            || to.isBusy();
    if (waits) {
      // A replica notices by itself that it heard nothing for repl-timeout.
      if (!severed
          && !to.stopped
          && world.time.nowNanos() - lastHeardNanos > world.replTimeoutNanos
          && state != State.LOADING) {
        lose();
        return;
      }
      pumping = true;
      world.time.after(RETRY_NANOS, this::deliver);
      return;
    }
    stream.removeFirst();
    if (head.command() == null) {
      lose();
      return;
    }
    lastHeardNanos = world.time.nowNanos();
    if (head.endOffset() > to.offset) {
      to.replicate(head.command(), head.endOffset());
      acknowledge(to.offset);
    }
    pump();
  }

  private void acknowledge(long upTo) {
    if (world.policy.durability().isPresent() || world.policy.verification().isPresent()) {
      tell(() -> acknowledged = Math.max(acknowledged, upTo));
    }
  }

  /** The primary learns that the replica went when the connection's end comes to it. */
  private void depart() {
    if (world.policy.verification().isPresent()) {
      tell(() -> from.shown.remove(this));
    }
  }

  private void tell(Runnable news) {
    int process = from.incarnation;
    world.network.send(
        to.name, from.name, new Network.Connection(), () -> from.receive(process, news, () -> {}));
  }

  int port() {
    return to.address.port();
  }

  private void lose() {
    state = State.ENDED;
    from.feeding.remove(this);
    depart();
    stream.clear();
    if (to.alive && to.incarnation == toIncarnation && to.link == this) {
      to.linkLost(true);
    }
  }
}
