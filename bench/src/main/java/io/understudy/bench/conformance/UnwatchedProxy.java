package io.understudy.bench.conformance;

import io.understudy.bench.measure.Resp;
import io.understudy.proxy.Listener;
import io.understudy.proxy.ProxyOptions;
import io.understudy.proxy.ProxyServer;
import io.understudy.topology.Address;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;

/**
 * The proxy in front of one server that no keeper watches: what a keeper asks would show in the
 * server's counters and in MONITOR, as the questions of a Sentinel do.
 */
public final class UnwatchedProxy {
  private static final String GROUP = "suite";
  private static final String RUN_ID = "run_id:";

  private UnwatchedProxy() {}

  /**
   * Runs until it is killed.
   *
   * @param arguments the server's port and the port to listen on, both of 127.0.0.1
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    int serverPort = Integer.parseInt(arguments[0]);
    int port = Integer.parseInt(arguments[1]);
    Topology topology =
        new Topology(
            GROUP,
            Topology.unknown(GROUP).epoch().next(),
            0,
            Optional.of(new Node(new Address("127.0.0.1", serverPort), runId(serverPort))),
            List.of(),
            "there is only one server");
    ProxyOptions options = ProxyOptions.of(new Listener("127.0.0.1", port, GROUP));
    try (ProxyServer proxy = ProxyServer.start(options, new Fixed(topology))) {
      System.out.println("serving at " + proxy.boundAddresses());
      new CountDownLatch(1).await();
    }
  }

  private static RunId runId(int port) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.getOutputStream().write(Resp.request("INFO", "server"));
      BufferedReader lines =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(RUN_ID)) {
          return new RunId(line.substring(RUN_ID.length()));
        }
      }
      throw new IOException("the server on port " + port + " tells no run id");
    }
  }

  /** A feed that never has news. */
  private record Fixed(Topology topology) implements TopologyFeed {
    @Override
    public Topology current(String group) {
      return topology;
    }

    @Override
    public Subscription subscribe(String group, Consumer<Topology> listener) {
      listener.accept(topology);
      return () -> {};
    }

    @Override
    public boolean isCurrent(Topology asked) {
      return true;
    }
  }
}
