package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.SourceConfig;
import io.understudy.topology.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The addresses that a configuration wants to listen at. */
final class Addresses {
  private Addresses() {}

  /**
   * Binds each address for a moment, so that a mistake is found before a server is touched.
   *
   * @param passedOn those that another process has, and passes on or closes before they are opened
   */
  static void requireFree(Configuration configuration, Set<String> passedOn) throws StartException {
    Map<String, Address> wanted = new LinkedHashMap<>();
    int index = 0;
    for (Configuration.Listener listener : configuration.proxy().listeners()) {
      wanted.put("proxy.listeners[" + index + "].bind", listener.bind());
      index++;
    }
    index = 0;
    for (SourceConfig source : configuration.replication()) {
      int feed = 0;
      for (FeedConfig each : source.feeds()) {
        wanted.put("replication[" + index + "].feeds[" + feed + "].listen", each.listen());
        feed++;
      }
      index++;
    }
    wanted.put("admin.bind", configuration.admin().bind());
    for (Map.Entry<String, Address> each : wanted.entrySet()) {
      if (!passedOn.contains(each.getValue().toString())) {
        requireFree(each.getKey(), each.getValue());
      }
    }
  }

  /** Binds one for a moment. */
  static void requireFree(String path, Address address) throws StartException {
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
