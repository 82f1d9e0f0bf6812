package io.understudy.bench.footprint;

import io.understudy.bench.measure.ProcessMemory;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Looks at a process's resident size many times a second, on a thread of its own. */
final class ResidentWatch implements AutoCloseable {
  private static final Duration INTERVAL = Duration.ofMillis(20);

  private final long pid;
  private volatile long baseBytes;
  private volatile long peakBytes;
  private volatile boolean stopped;

  ResidentWatch(long pid) throws IOException {
    this.pid = pid;
    restart();
    Thread.ofPlatform().daemon().name("resident-watch").start(this::watch);
  }

  /** Growth counts from the present size on. */
  void restart() throws IOException {
    long now = ProcessMemory.residentBytes(pid);
    baseBytes = now;
    peakBytes = now;
  }

  /** How far above its size at the last restart the process was at most. */
  long growth() {
    return peakBytes - baseBytes;
  }

  private void watch() {
    while (!stopped) {
      try {
        peakBytes = Math.max(peakBytes, ProcessMemory.residentBytes(pid));
      } catch (IOException e) {
        // The process ended; whoever talks to it notices.
        return;
      }
      LockSupport.parkNanos(INTERVAL.toNanos());
    }
  }

  @Override
  public void close() {
    stopped = true;
  }
}
