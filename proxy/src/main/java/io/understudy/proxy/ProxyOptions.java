package io.understudy.proxy;

import io.understudy.proxy.backend.Transport;
import io.understudy.proxy.route.Credentials;
import io.understudy.proxy.route.Limits;
import java.util.List;
import java.util.Map;

/**
 * How a proxy is set up.
 *
 * @param listeners where it listens; at least one
 * @param credentials by group, as whom it proves that a node is the primary; a group without is
 *     proven as the session's own user
 * @param threads event loops, 1 and up
 * @param transport how they talk to the kernel; the next best is taken where it is missing
 * @param limits the bounds of everything that could grow
 */
public record ProxyOptions(
    List<Listener> listeners,
    Map<String, Credentials> credentials,
    int threads,
    Transport transport,
    Limits limits) {
  /** Refuses a proxy that could do nothing. */
  public ProxyOptions {
    listeners = List.copyOf(listeners);
    credentials = Map.copyOf(credentials);
    if (listeners.isEmpty() || threads < 1) {
      throw new IllegalArgumentException("a proxy needs a listener and a thread");
    }
  }

  /** One listener, one thread, every default. */
  public static ProxyOptions of(Listener listener) {
    return new ProxyOptions(List.of(listener), Map.of(), 1, Transport.EPOLL, Limits.DEFAULT);
  }

  /** The same with other limits. */
  public ProxyOptions withLimits(Limits others) {
    return new ProxyOptions(listeners, credentials, threads, transport, others);
  }

  /** The same with another number of event loops. */
  public ProxyOptions withThreads(int number) {
    return new ProxyOptions(listeners, credentials, number, transport, limits);
  }
}
