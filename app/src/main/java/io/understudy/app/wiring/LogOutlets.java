package io.understudy.app.wiring;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * All places that log lines go to, as the one that Logback knows: they can be exchanged for others
 * while every thread logs, and no line is lost between the old ones and the new. Any thread.
 */
final class LogOutlets extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
  private List<Appender<ILoggingEvent>> places = List.of();

  /**
   * Ends the places of before, and begins with others; lines wait meanwhile.
   *
   * @param next opens them; called when those of before are closed, because a file may be among
   *     both
   */
  void become(Supplier<List<Appender<ILoggingEvent>>> next) {
    lock.writeLock().lock();
    try {
      places.forEach(Appender::stop);
      places = List.copyOf(next.get());
    } finally {
      lock.writeLock().unlock();
    }
  }

  @Override
  protected void append(ILoggingEvent event) {
    lock.readLock().lock();
    try {
      places.forEach(place -> place.doAppend(event));
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void stop() {
    become(List::of);
    super.stop();
  }
}
