package io.understudy.app.wiring.takeover;

import io.understudy.topology.Leadership;
import io.understudy.topology.Peers;
import io.understudy.topology.TopologyFeed;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/**
 * Whether this process decides: alone, or, while its predecessor has not ended, not at all. Any
 * thread.
 */
public final class LocalStanding implements Leadership, Peers {
  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final LongSupplier nanoTime;
  private volatile Optional<String> obstacle;

  /**
   * A process that begins.
   *
   * @param obstacle why it does not decide yet; empty when it does
   */
  public LocalStanding(LongSupplier nanoTime, Optional<String> obstacle) {
    this.nanoTime = nanoTime;
    this.obstacle = obstacle;
  }

  /** Decides from now on. */
  public void lead() {
    obstacle = Optional.empty();
    news();
  }

  /** Calls every listener. */
  public void news() {
    listeners.forEach(Listener::hearOfAll);
  }

  @Override
  public Standing standing(String group) {
    return obstacle
        .map(why -> new Standing(false, nanoTime.getAsLong(), why))
        .orElseGet(() -> ALONE.standing(group));
  }

  @Override
  public int members() {
    return 1;
  }

  @Override
  public void share(String group, String view) {}

  @Override
  public List<Shared> others(String group) {
    return List.of();
  }

  @Override
  public TopologyFeed.Subscription onNews(Listener listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }
}
