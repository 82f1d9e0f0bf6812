package io.understudy.app.rest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.app.metrics.Exposition;
import io.understudy.topology.Address;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The loopback HTTP port: {@code /status}, {@code /explain/GROUP}, {@code /metrics} and {@code
 * /healthz}.
 */
public final class AdminServer implements AutoCloseable {
  /** Connections the kernel may keep waiting; more is no operator's doing. */
  private static final int BACKLOG = 16;

  private static final String STATUS = "/status/";
  private static final String EXPLAIN = "/explain/";

  private final HttpServer server;
  private final ExecutorService threads;
  private final Address address;
  private final Set<String> hosts;
  private final Supplier<List<GroupReport>> reports;
  private final Supplier<List<ReplicationReport>> replications;
  private final Function<String, Exposition> metrics;

  private AdminServer(
      HttpServer server,
      Address bind,
      Supplier<List<GroupReport>> reports,
      Supplier<List<ReplicationReport>> replications,
      Function<String, Exposition> metrics) {
    this.server = server;
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    this.address = new Address(bind.host(), server.getAddress().getPort());
    this.hosts =
        Set.copyOf(
            List.of(
                address.toString(),
                "localhost:" + address.port(),
                "127.0.0.1:" + address.port(),
                "[::1]:" + address.port()));
    this.reports = reports;
    this.replications = replications;
    this.metrics = metrics;
  }

  /**
   * Binds and starts to answer.
   *
   * @param reports what there is to say now; called on a virtual thread for each request
   * @param replications the same of replicated sources
   * @param metrics the page for a scraper with this {@code Accept} header; called like the reports
   * @throws IOException when the address cannot be bound
   */
  public static AdminServer start(
      Address bind,
      Supplier<List<GroupReport>> reports,
      Supplier<List<ReplicationReport>> replications,
      Function<String, Exposition> metrics)
      throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress(bind.host(), bind.port()), BACKLOG);
    AdminServer admin = new AdminServer(server, bind, reports, replications, metrics);
    server.setExecutor(admin.threads);
    server.createContext("/", admin::answer);
    server.start();
    return admin;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer = answerTo(exchange);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange
          .getResponseHeaders()
          .set("Understudy-Primaryless", answer.primaryless() ? "yes" : "no");
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  private Answer answerTo(HttpExchange exchange) {
    boolean text =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Accept"))
            .filter(accept -> accept.startsWith("text/plain"))
            .isPresent();
    // A web page that a browser on this machine shows must not read this port through a name of
    // its own that points to loopback.
    if (!Optional.ofNullable(exchange.getRequestHeaders().getFirst("Host"))
        .filter(hosts::contains)
        .isPresent()) {
      return Answer.error(text, 403, "ask for it as " + address);
    }
    if (!exchange.getRequestMethod().equals("GET")) {
      return Answer.error(text, 405, "only GET is answered");
    }
    String path = exchange.getRequestURI().getPath();
    if (path.equals("/healthz")) {
      return Answer.text("ok\n");
    }
    if (path.equals("/metrics")) {
      String accept = exchange.getRequestHeaders().getFirst("Accept");
      Exposition page = metrics.apply(accept == null ? "" : accept);
      return new Answer(200, page.contentType(), page.body(), false);
    }
    if (path.equals("/status")) {
      return status(text, reports.get(), replications.get());
    }
    if (path.startsWith(STATUS)) {
      return group(
          path.substring(STATUS.length()), text, group -> status(text, List.of(group), List.of()));
    }
    if (path.startsWith(EXPLAIN)) {
      return group(
          path.substring(EXPLAIN.length()),
          text,
          group ->
              text
                  ? Answer.text(ReportText.explain(group))
                  : Answer.json(ReportJson.explain(group)));
    }
    return Answer.error(
        text, 404, "known here: /status, /status/GROUP, /explain/GROUP, /metrics, /healthz");
  }

  private Answer group(String name, boolean text, Function<GroupReport, Answer> page) {
    List<GroupReport> all = reports.get();
    return all.stream()
        .filter(group -> group.name().equals(name))
        .findFirst()
        .map(page)
        .orElseGet(
            () -> {
              String known = String.join(", ", all.stream().map(GroupReport::name).toList());
              return Answer.error(text, 404, "there is no group '" + name + "'; known: " + known);
            });
  }

  private static Answer status(
      boolean text, List<GroupReport> groups, List<ReplicationReport> sources) {
    boolean primaryless = groups.stream().anyMatch(group -> group.primary().isEmpty());
    Answer answer =
        text
            ? Answer.text(ReportText.status(groups) + ReplicationPage.text(sources))
            : Answer.json(ReportJson.status(groups, sources));
    return new Answer(answer.status(), answer.type(), answer.body(), primaryless);
  }

  /** Where it listens. */
  public Address address() {
    return address;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  /**
   * One answer, ready to be sent.
   *
   * @param primaryless whether a group in it has no primary, which the command line's exit code
   *     tells without reading the body
   */
  private record Answer(int status, String type, String body, boolean primaryless) {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String JSON = "application/json; charset=utf-8";

    static Answer text(String body) {
      return new Answer(200, TEXT, body, false);
    }

    static Answer json(String body) {
      return new Answer(200, JSON, body, false);
    }

    static Answer error(boolean text, int status, String message) {
      return text
          ? new Answer(status, TEXT, message + "\n", false)
          : new Answer(status, JSON, ReportJson.error(message), false);
    }
  }
}
