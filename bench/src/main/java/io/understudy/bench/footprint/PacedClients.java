package io.understudy.bench.footprint;

import io.understudy.bench.measure.Resp;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A few ordinary clients that ask at a fixed pace, each on a thread of its own, and note how long
 * every answer takes.
 *
 * <p>A request's time counts from when it was due, so that one long pause is seen by all requests
 * that it delayed.
 */
final class PacedClients implements AutoCloseable {
  private static final Duration PACE = Duration.ofMillis(2);
  private static final int REPLY_TIMEOUT_MILLIS = 30_000;
  private static final int SIGNIFICANT_DIGITS = 3;
  private static final byte[] REQUEST = Resp.request("SET", "paced", "x");
  private static final byte[] REPLY = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);

  private final AtomicReference<String> failure = new AtomicReference<>("");
  private volatile Histogram nanos = new ConcurrentHistogram(SIGNIFICANT_DIGITS);
  private volatile boolean stopped;
  private volatile boolean paused;

  /** Starts {@code count} of them at a port of 127.0.0.1. */
  PacedClients(int port, int count) {
    for (int i = 0; i < count; i++) {
      Thread.ofPlatform().daemon().name("paced-" + i).start(() -> ask(port));
    }
  }

  /** What was noted since the last call, in nanoseconds; notes begin anew. */
  Histogram take() {
    Histogram taken = nanos;
    nanos = new ConcurrentHistogram(SIGNIFICANT_DIGITS);
    return taken;
  }

  /** Whether they ask nothing for now; what they have asked is still answered. */
  void pause(boolean on) {
    paused = on;
  }

  /** The first thing that went wrong; empty when nothing did. */
  String failure() {
    return failure.get();
  }

  private void ask(int port) {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(REPLY_TIMEOUT_MILLIS);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      byte[] reply = new byte[REPLY.length];
      long due = System.nanoTime();
      while (!stopped) {
        while (paused) {
          LockSupport.parkNanos(PACE.toNanos());
          due = System.nanoTime();
        }
        socket.getOutputStream().write(REQUEST);
        in.readFully(reply);
        if (reply[0] != REPLY[0]) {
          throw new IOException("a reply began with " + new String(reply, StandardCharsets.UTF_8));
        }
        nanos.recordValue(System.nanoTime() - due);
        due += PACE.toNanos();
        LockSupport.parkNanos(due - System.nanoTime());
      }
    } catch (IOException e) {
      failure.compareAndSet("", String.valueOf(e.getMessage()));
    }
  }

  @Override
  public void close() {
    stopped = true;
  }
}
