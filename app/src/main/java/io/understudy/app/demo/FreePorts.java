package io.understudy.app.demo;

import io.understudy.app.wiring.StartException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/** Finds ports of the loopback address that nobody listens on, each given once. */
final class FreePorts {
  private static final int MAX_TRIES = 500;

  private final Set<Integer> given = new HashSet<>();

  /** The first free port from {@code preferred} upwards. */
  int from(int preferred) throws StartException {
    for (int port = preferred; port < preferred + MAX_TRIES && port <= 65_535; port++) {
      if (!given.contains(port) && isFree(port)) {
        given.add(port);
        return port;
      }
    }
    throw new StartException(
        "no port from " + preferred + " to " + (preferred + MAX_TRIES - 1) + " is free");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
