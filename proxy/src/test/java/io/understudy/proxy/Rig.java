package io.understudy.proxy;

import io.netty.buffer.PoolArenaMetric;
import io.netty.buffer.PooledByteBufAllocator;
import io.understudy.proxy.route.Limits;
import io.understudy.proxy.session.Counters;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.topology.Address;
import java.io.IOException;
import java.util.function.UnaryOperator;

/** A proxy in front of a server; closing it fails if a buffer was leaked. */
final class Rig implements AutoCloseable {
  final HandFeed feed = new HandFeed();
  final ProxyServer proxy;

  Rig(ProxyOptions options) {
    try {
      proxy = ProxyServer.start(options, feed);
    } catch (BindException e) {
      throw new AssertionError(e);
    }
  }

  /** A proxy with the default options that leads to {@code primary}. */
  static Rig before(RedisServer primary) {
    return before(primary, options -> options);
  }

  static Rig before(RedisServer primary, UnaryOperator<ProxyOptions> change) {
    Rig rig = new Rig(change.apply(options()));
    rig.feed.crown(primary);
    return rig;
  }

  static ProxyOptions options() {
    return ProxyOptions.of(new Listener("127.0.0.1", 0, HandFeed.GROUP));
  }

  static Limits limits(long holdMs, int heldCommands, long clientBytes) {
    Limits usual = Limits.DEFAULT;
    return new Limits(
        usual.maxClients(),
        clientBytes,
        usual.totalBytes(),
        java.time.Duration.ofMillis(holdMs),
        heldCommands,
        usual.heldBytes(),
        usual.idleTimeout(),
        usual.commandsPerTurn(),
        usual.commandsInFlight(),
        usual.resumedPerTurn(),
        usual.streamedRequestBytes(),
        usual.heavyReplyBytes(),
        usual.maxBackends(),
        usual.observing());
  }

  Address address() {
    return proxy.boundAddresses().getFirst();
  }

  Wire connect() throws IOException {
    return new Wire(address());
  }

  long count(Counters.Count count) {
    return proxy.stats().listeners().getFirst().counts().getOrDefault(count, 0L);
  }

  static long activeBuffers() {
    return PooledByteBufAllocator.DEFAULT.metric().directArenas().stream()
        .mapToLong(PoolArenaMetric::numActiveAllocations)
        .sum();
  }

  @Override
  public void close() {
    proxy.close();
    Eventually.holds("every buffer is given back", () -> activeBuffers() == 0);
  }
}
