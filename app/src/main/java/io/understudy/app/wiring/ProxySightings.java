package io.understudy.app.wiring;

import io.understudy.app.rest.Sightings;
import io.understudy.proxy.ProxyServer;
import io.understudy.proxy.SlowRequest;
import io.understudy.proxy.observe.Excerpt;
import io.understudy.proxy.observe.KeysSeen;
import io.understudy.proxy.observe.SlowLog;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Says in the public words, and in letters that can be printed, what the proxy saw. */
record ProxySightings(Supplier<Optional<ProxyServer>> front) implements Sightings {
  @Override
  public List<Slow> slow() {
    return front.get().map(ProxyServer::slow).orElse(List.of()).stream()
        .sorted(Comparator.comparingLong(SlowRequest::agoNanos))
        .map(ProxySightings::slow)
        .toList();
  }

  private static Slow slow(SlowRequest request) {
    SlowLog.Entry entry = request.entry();
    Excerpt first = entry.first();
    return new Slow(
        request.bound(),
        request.group(),
        Duration.ofNanos(request.agoNanos()),
        Duration.ofNanos(entry.tookNanos()),
        entry.client(),
        entry.name(),
        entry.commands(),
        first.command(),
        Excerpt.printable(first.key()),
        first.arguments().stream().map(Excerpt::printable).toList(),
        first.more());
  }

  @Override
  public Keys keys(String group) {
    return front.get().map(proxy -> keys(proxy.keys(group))).orElseGet(() -> NONE.keys(group));
  }

  private static Keys keys(KeysSeen seen) {
    double total = Math.max(1, seen.total());
    long nowNanos = System.nanoTime();
    return new Keys(
        seen.hot().stream()
            .map(
                hot ->
                    new Hot(
                        hot.key().database(),
                        Excerpt.printable(hot.key().name()),
                        hot.weight() / total,
                        hot.excess() / total))
            .toList(),
        seen.big().stream()
            .map(
                big ->
                    new Big(
                        big.key().database(),
                        Excerpt.printable(big.key().name()),
                        big.bytes(),
                        big.reply(),
                        big.command(),
                        Duration.ofNanos(Math.max(0, nowNanos - big.seenNanos()))))
            .toList());
  }
}
