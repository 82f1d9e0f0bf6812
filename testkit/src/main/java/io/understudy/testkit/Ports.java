package io.understudy.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Loopback ports that stay a test's own while its server is down and comes back.
 *
 * <p>They lie below Linux's range for outgoing connections: a port inside that range can be taken
 * by any client on the machine while the server is down, and a client that keeps connecting to it
 * may even connect to itself. A lock on a file keeps other test processes away.
 */
public final class Ports {
  private static final int FIRST = 15_000;
  private static final int END = 32_000;
  private static final int TRIES = 1_000;

  /** Those that are not given back; a file that nobody refers to would be closed. */
  private static final Queue<Reserved> KEPT = new ConcurrentLinkedQueue<>();

  private Ports() {}

  /** A reserved port; closing it gives it back. */
  public record Reserved(int port, FileChannel channel, FileLock lock) implements AutoCloseable {
    @Override
    public void close() {
      try {
        lock.release();
        channel.close();
      } catch (IOException e) {
        throw new AssertionError("cannot give back port " + port, e);
      }
    }
  }

  /** A port that is given back when this process ends. */
  public static int reserveUntilExit() {
    Reserved reserved = reserve();
    KEPT.add(reserved);
    return reserved.port();
  }

  public static Reserved reserve() {
    for (int i = 0; i < TRIES; i++) {
      Reserved reserved = tryReserve(ThreadLocalRandom.current().nextInt(FIRST, END));
      if (reserved != null) {
        return reserved;
      }
    }
    throw new AssertionError("no free port between " + FIRST + " and " + END);
  }

  private static @Nullable Reserved tryReserve(int port) {
    try {
      Path folder =
          Path.of(
              System.getProperty("java.io.tmpdir"),
              "understudy-ports-" + System.getProperty("user.name"));
      Files.createDirectories(folder);
      FileChannel channel =
          FileChannel.open(
              folder.resolve(Integer.toString(port)),
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null || !isFree(port)) {
        channel.close();
        return null;
      }
      return new Reserved(port, channel, lock);
    } catch (IOException e) {
      throw new AssertionError("cannot reserve port " + port, e);
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // another test of this process has it
    }
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
