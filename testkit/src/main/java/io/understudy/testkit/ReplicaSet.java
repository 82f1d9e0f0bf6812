package io.understudy.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A primary and its replicas, all in sync when this is returned. */
public final class ReplicaSet implements AutoCloseable {
  private final RedisServer primary;
  private final List<RedisServer> replicas;

  private ReplicaSet(RedisServer primary, List<RedisServer> replicas) {
    this.primary = primary;
    this.replicas = List.copyOf(replicas);
  }

  /**
   * Starts them and waits until every link is up.
   *
   * @param directives given to every server, as {@link RedisServer#start} takes them
   */
  public static ReplicaSet start(ServerVersion version, int replicaCount, String... directives) {
    RedisServer primary = RedisServer.start(version, directives);
    List<RedisServer> replicas = new ArrayList<>();
    for (int i = 0; i < replicaCount; i++) {
      replicas.add(RedisServer.startReplica(version, primary, directives));
    }
    replicas.forEach(RedisServer::awaitLinkUp);
    return new ReplicaSet(primary, replicas);
  }

  /** The server that was started as primary, whatever it is now. */
  public RedisServer primary() {
    return primary;
  }

  /** A server that was started as a replica, whatever it is now. */
  public RedisServer replica(int index) {
    return replicas.get(index);
  }

  /** The servers that were started as replicas. */
  public List<RedisServer> replicas() {
    return replicas;
  }

  /** All servers, the first primary first. */
  public List<RedisServer> nodes() {
    return Stream.concat(Stream.of(primary), replicas.stream()).toList();
  }

  /** Waits until all replicas that follow the first primary have everything it wrote. */
  public void awaitInSync() {
    Eventually.holds(
        "the replicas have what the primary has",
        () -> {
          String offset = primary.info("master_repl_offset");
          return replicas.stream().allMatch(r -> r.info("slave_repl_offset").equals(offset));
        });
  }

  @Override
  public void close() {
    nodes().forEach(RedisServer::close);
  }
}
