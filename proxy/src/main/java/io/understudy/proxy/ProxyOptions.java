package io.understudy.proxy;

import io.understudy.proxy.backend.Access;
import io.understudy.proxy.backend.Transport;
import io.understudy.proxy.route.Limits;
import java.util.List;
import java.util.Map;

/**
 * How a proxy is set up.
 *
 * @param listeners where it listens; none while there is nobody to serve
 * @param access by group, how its nodes are reached; a group without is reached in plain, and
 *     proven as the session's own user
 * @param threads event loops, 1 and up
 * @param transport how they talk to the kernel; the next best is taken where it is missing
 * @param limits the bounds of everything that could grow
 */
public record ProxyOptions(
    List<Listener> listeners,
    Map<String, Access> access,
    int threads,
    Transport transport,
    Limits limits) {
  /** Refuses a proxy that could do nothing. */
  public ProxyOptions {
    listeners = List.copyOf(listeners);
    access = Map.copyOf(access);
    if (threads < 1) {
      throw new IllegalArgumentException("a proxy needs a thread");
    }
  }

  /** One listener, one thread, every default. */
  public static ProxyOptions of(Listener listener) {
    return new ProxyOptions(List.of(listener), Map.of(), 1, Transport.EPOLL, Limits.DEFAULT);
  }

  /** The same with other listeners. */
  public ProxyOptions with(List<Listener> others) {
    return new ProxyOptions(others, access, threads, transport, limits);
  }

  /** The same with other limits. */
  public ProxyOptions withLimits(Limits others) {
    return new ProxyOptions(listeners, access, threads, transport, others);
  }

  /** The same with other ways to the nodes. */
  public ProxyOptions withAccess(Map<String, Access> others) {
    return new ProxyOptions(listeners, others, threads, transport, limits);
  }

  /** The same with another number of event loops. */
  public ProxyOptions withThreads(int number) {
    return new ProxyOptions(listeners, access, number, transport, limits);
  }
}
