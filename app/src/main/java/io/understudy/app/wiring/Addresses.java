package io.understudy.app.wiring;

import static java.util.stream.Collectors.toSet;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.SourceConfig;
import io.understudy.proxy.ListeningSocket;
import io.understudy.topology.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The addresses that a configuration wants to listen at. */
final class Addresses {
  private Addresses() {}

  /**
   * Binds each address for a moment, so that a mistake is found before a server is touched.
   *
   * @param passedOn what another process has open and passes on; then it also has the other ports,
   *     and closes them before they are opened here
   */
  static void requireFree(Configuration configuration, Optional<List<ListeningSocket>> passedOn)
      throws StartException {
    Set<String> had =
        passedOn.orElse(List.of()).stream().map(ListeningSocket::listener).collect(toSet());
    int index = 0;
    for (Configuration.Listener listener : configuration.proxy().listeners()) {
      if (!had.contains(listener.bind().toString())) {
        requireFree("proxy.listeners[" + index + "].bind", listener.bind());
      }
      index++;
    }
    if (passedOn.isPresent()) {
      return;
    }
    index = 0;
    for (SourceConfig source : configuration.replication()) {
      int feed = 0;
      for (FeedConfig each : source.feeds()) {
        requireFree("replication[" + index + "].feeds[" + feed + "].listen", each.listen());
        feed++;
      }
      index++;
    }
    requireFree("admin.bind", configuration.admin().bind());
  }

  private static void requireFree(String path, Address address) throws StartException {
    try (ServerSocket socket = new ServerSocket()) {
      InetAddress host = InetAddress.getByName(address.host());
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(host, address.port()));
    } catch (UnknownHostException e) {
      throw new StartException(
          path + ": the host of " + address + " cannot be resolved; write an IP address", e);
    } catch (IOException e) {
      String why = String.valueOf(e.getMessage());
      String remedy =
          switch (why) {
            case "Address already in use" ->
                "is in use; stop what listens there ('ss -ltnp' names it), or choose another port";
            case "Permission denied" ->
                "needs more rights than this user has; choose a port above 1023";
            case "Cannot assign requested address" ->
                "is no address of this machine; write one that 'ip address' lists, or 0.0.0.0";
            default -> "cannot be bound (" + why + ")";
          };
      throw new StartException(path + ": " + address + " " + remedy, e);
    }
  }
}
