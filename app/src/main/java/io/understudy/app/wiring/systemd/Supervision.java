package io.understudy.app.wiring.systemd;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd what becomes of this process. Where systemd did not start it, nothing is told. Any
 * thread; calls block for a moment.
 *
 * <p>Of two processes while one takes over from the other, only that is heard which serves: the
 * other's words would be taken for the whole service's.
 */
public final class Supervision implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.app");

  /** How often is looked whether the status changed, where no watchdog waits. */
  private static final Duration SLOWEST = Duration.ofSeconds(5);

  /** However short a watchdog's time is. */
  private static final Duration QUICKEST = Duration.ofMillis(10);

  /** How often a watchdog is told within its time. */
  private static final int BEATS = 3;

  private final Optional<NotifySocket> socket;
  private final Subject subject;
  private final LongSupplier nanoTime;
  private final boolean watched;
  private final Duration tick;
  private final Optional<ScheduledExecutorService> thread;
  private Phase phase = Phase.STARTING;
  private String told = "";
  private boolean complained;

  /** Where the process is in its life. */
  private enum Phase {
    STARTING,
    SERVING,
    SUCCEEDED,
    ENDING
  }

  /** The process of which is told. */
  public interface Subject {
    /** Its number. */
    long process();

    /** What it does, in a few words. Returns at once. */
    String status();

    /**
     * Whether all of its event loops take up work. Blocks.
     *
     * @param most how long they have to do so
     */
    boolean turns(Duration most);
  }

  private Supervision(
      Optional<NotifySocket> socket,
      Subject subject,
      LongSupplier nanoTime,
      Optional<Duration> watchdog) {
    this.socket = socket;
    this.subject = subject;
    this.nanoTime = nanoTime;
    this.watched = watchdog.isPresent();
    this.tick = watchdog.map(Supervision::beat).orElse(SLOWEST);
    this.thread =
        socket.map(
            heard ->
                Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("supervision").factory()));
  }

  private static Duration beat(Duration watchdog) {
    Duration wanted = watchdog.dividedBy(BEATS);
    Duration most = wanted.compareTo(SLOWEST) < 0 ? wanted : SLOWEST;
    return most.compareTo(QUICKEST) < 0 ? QUICKEST : most;
  }

  /**
   * One as the variables ask for that systemd sets. What they ask for that cannot be is told in the
   * log, a line each, and left out.
   *
   * @param tookOver whether the process was started to take over: a watchdog's process id is that
   *     of whoever started it then
   * @param nanoTime the kernel's monotonic clock
   */
  public static Supervision of(
      Function<String, Optional<String>> environment,
      boolean tookOver,
      Subject subject,
      LongSupplier nanoTime) {
    Optional<String> name = environment.apply("NOTIFY_SOCKET").filter(n -> !n.isEmpty());
    if (name.isEmpty()) {
      return new Supervision(Optional.empty(), subject, nanoTime, Optional.empty());
    }
    Optional<NotifySocket> socket = Optional.empty();
    Optional<Duration> watchdog = Optional.empty();
    try {
      socket = Optional.of(NotifySocket.at(name.get()));
      watchdog = watchdog(environment, tookOver, subject.process());
    } catch (IOException e) {
      LOG.warn("systemd is not told of this process: {}", e.getMessage());
    } catch (NumberFormatException e) {
      LOG.warn("systemd's watchdog is not told: WATCHDOG_USEC or WATCHDOG_PID is no number");
    }
    return new Supervision(socket, subject, nanoTime, watchdog);
  }

  private static Optional<Duration> watchdog(
      Function<String, Optional<String>> environment, boolean tookOver, long process) {
    Optional<Long> micros =
        environment.apply("WATCHDOG_USEC").filter(text -> !text.isEmpty()).map(Long::parseLong);
    boolean another =
        environment
            .apply("WATCHDOG_PID")
            .filter(text -> !text.isEmpty())
            .map(Long::parseLong)
            .filter(wanted -> !tookOver && wanted != process)
            .isPresent();
    return micros
        .filter(time -> time > 0 && !another)
        .map(time -> Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(time)));
  }

  /**
   * It serves.
   *
   * @param tookOver whether another process was the service until now
   */
  public void serves(boolean tookOver) {
    if (thread.isEmpty() || !isBegun(tookOver)) {
      return;
    }
    var _ =
        thread.get().scheduleWithFixedDelay(this::tick, 0, tick.toNanos(), TimeUnit.NANOSECONDS);
  }

  /** Whether it is still this process that serves. */
  private synchronized boolean isBegun(boolean tookOver) {
    if (phase != Phase.STARTING) {
      return false;
    }
    begin(tookOver);
    return true;
  }

  private synchronized void begin(boolean named) {
    phase = Phase.SERVING;
    List<Notice> notices = new ArrayList<>();
    if (named) {
      notices.add(new Notice.MainProcess(subject.process()));
    }
    told = subject.status();
    notices.add(new Notice.Ready());
    notices.add(new Notice.Status(told));
    say(notices);
  }

  private void tick() {
    boolean turns = watched && subject.turns(tick);
    String status = subject.status();
    synchronized (this) {
      if (phase != Phase.SERVING) {
        return;
      }
      List<Notice> notices = new ArrayList<>();
      if (turns) {
        notices.add(new Notice.Alive());
      }
      if (!status.equals(told)) {
        told = status;
        notices.add(new Notice.Status(status));
      }
      if (!notices.isEmpty()) {
        say(notices);
      }
    }
  }

  /** The configuration is about to be read again. */
  public synchronized void reloads() {
    if (phase == Phase.SERVING) {
      say(
          List.of(
              new Notice.Reloading(TimeUnit.NANOSECONDS.toMicros(nanoTime.getAsLong())),
              new Notice.Status("reading the configuration again")));
    }
  }

  /** It was read, and is followed or was refused. */
  public synchronized void reloaded() {
    if (phase == Phase.SERVING) {
      begin(false);
    }
  }

  /** Another process is the service from now on. */
  public synchronized void succeeded(long by) {
    boolean served = phase == Phase.SERVING;
    phase = Phase.SUCCEEDED;
    if (served) {
      say(List.of(new Notice.MainProcess(by)));
    }
  }

  /** This one is it again. */
  public synchronized void takenBack() {
    if (phase == Phase.SUCCEEDED) {
      begin(true);
    }
  }

  /**
   * The process ends.
   *
   * @param to the process that serves by itself again; empty if the service ends
   */
  public synchronized void ends(Optional<Long> to) {
    boolean served = phase == Phase.SERVING;
    phase = Phase.ENDING;
    if (served) {
      say(
          to.<List<Notice>>map(process -> List.of(new Notice.MainProcess(process)))
              .orElse(
                  List.of(
                      new Notice.Stopping(), new Notice.Status("finishing what is in flight"))));
    }
  }

  private void say(List<Notice> notices) {
    if (socket.isEmpty()) {
      return;
    }
    try {
      socket.get().send(Notice.text(notices));
      complained = false;
    } catch (IOException e) {
      if (!complained) {
        complained = true;
        LOG.warn("systemd is not told of this process: {}", e.getMessage());
      }
    }
  }

  @Override
  public void close() {
    thread.ifPresent(ScheduledExecutorService::shutdownNow);
    socket.ifPresent(NotifySocket::close);
  }
}
