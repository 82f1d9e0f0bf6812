package io.understudy.app.demo;

import io.understudy.app.wiring.News;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** When each step of a failover was first told after the kill. Any thread. */
final class Milestones {
  private final Map<News.Step, Long> firstNanos = new EnumMap<>(News.Step.class);
  private long killedNanos = Long.MAX_VALUE;

  /** A server is being killed now; what was told before belongs to the past. */
  synchronized void killed(long nowNanos) {
    killedNanos = nowNanos;
    firstNanos.clear();
  }

  /** Notes the first news of each kind. */
  synchronized void told(News news) {
    if (news.atNanos() >= killedNanos) {
      firstNanos.putIfAbsent(news.step(), news.atNanos());
    }
  }

  /** How long after the kill the step was first told. */
  synchronized Optional<Long> afterKillNanos(News.Step step) {
    return Optional.ofNullable(firstNanos.get(step)).map(at -> at - killedNanos);
  }
}
