package io.understudy.app.rest;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsServer;
import io.understudy.app.metrics.Exposition;
import io.understudy.topology.Address;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The admin port, HTTP or HTTPS: {@code /status}, {@code /explain/GROUP}, {@code /history/GROUP},
 * {@code /replay/GROUP/ENTRY}, {@code /membership/GROUP}, {@code /watch}, {@code /metrics}, {@code
 * /healthz}, what {@link ClusterPages} knows, and by POST what {@link ChangePages} knows.
 */
public final class AdminServer implements AutoCloseable {
  /** Connections the kernel may keep waiting; more is no operator's doing. */
  private static final int BACKLOG = 16;

  /** Connections that may be open; each watcher and scraper needs one. */
  private static final String MOST_CONNECTIONS = "1000";

  /** How long a request may take to arrive. */
  private static final String MOST_REQUEST_SECONDS = "30";

  private static final String STATUS = "/status/";
  private static final String EXPLAIN = "/explain/";
  private static final String HISTORY = "/history/";
  private static final String MEMBERSHIP = "/membership/";
  private static final String REPLAY = "/replay/";
  private static final String CLUSTER = "/cluster/";
  private static final String WATCH = "/watch";
  private static final String LAST = "last=";

  /** How many changes are told when nobody says how many. */
  private static final int USUAL_HISTORY = 100;

  private final HttpServer server;
  private final ExecutorService threads;
  private final Address address;
  private final Rights rights;
  private final Supplier<List<GroupReport>> reports;
  private final Supplier<List<ReplicationReport>> replications;
  private final Function<String, Exposition> metrics;
  private final Operator operator;
  private final ChangePages changes;
  private final ClusterPages clusters;
  private final WatchPage watch;
  private final SightPages sights;

  private AdminServer(
      HttpServer server,
      AdminAccess access,
      Supplier<List<GroupReport>> reports,
      Supplier<List<ReplicationReport>> replications,
      Function<String, Exposition> metrics,
      Sightings sightings,
      Operator operator) {
    this.server = server;
    this.threads = Executors.newVirtualThreadPerTaskExecutor();
    this.address = new Address(access.bind().host(), server.getAddress().getPort());
    this.rights = new Rights(access, address, server.getAddress().getAddress());
    this.reports = reports;
    this.replications = replications;
    this.metrics = metrics;
    this.operator = operator;
    this.changes = new ChangePages(operator);
    this.clusters = new ClusterPages(operator);
    this.watch = new WatchPage(operator);
    this.sights = new SightPages(sightings);
  }

  /**
   * Binds and starts to answer.
   *
   * @param access where, and who may ask for what
   * @param reports what there is to say now; called on a virtual thread for each request
   * @param replications the same of replicated sources
   * @param metrics the page for a scraper with this {@code Accept} header; called like the reports
   * @param sightings what the proxy saw
   * @param operator does what is asked for
   * @throws IOException when the address cannot be bound
   */
  public static AdminServer start(
      AdminAccess access,
      Supplier<List<GroupReport>> reports,
      Supplier<List<ReplicationReport>> replications,
      Function<String, Exposition> metrics,
      Sightings sightings,
      Operator operator)
      throws IOException {
    System.getProperties().putIfAbsent("jdk.httpserver.maxConnections", MOST_CONNECTIONS);
    System.getProperties().putIfAbsent("sun.net.httpserver.maxReqTime", MOST_REQUEST_SECONDS);
    HttpServer server = bound(access);
    AdminServer admin =
        new AdminServer(server, access, reports, replications, metrics, sightings, operator);
    server.setExecutor(admin.threads);
    server.createContext("/", admin::answer);
    server.start();
    return admin;
  }

  private static HttpServer bound(AdminAccess access) throws IOException {
    var at = new InetSocketAddress(access.bind().host(), access.bind().port());
    if (access.tls().isEmpty()) {
      return HttpServer.create(at, BACKLOG);
    }
    HttpsServer secure = HttpsServer.create(at, BACKLOG);
    secure.setHttpsConfigurator(new SecurePort(access.tls().get()));
    return secure;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Page answer = answerTo(exchange);
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", answer.type());
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange
          .getResponseHeaders()
          .set("Understudy-Primaryless", answer.primaryless() ? "yes" : "no");
      if (isHead(exchange)) {
        exchange.sendResponseHeaders(answer.status(), -1);
        return;
      }
      if (answer.status() == 200 && isWatch(exchange)) {
        exchange.sendResponseHeaders(200, 0);
        watch.stream(exchange, watched(exchange));
        return;
      }
      exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(body);
      }
    }
  }

  private Page answerTo(HttpExchange exchange) {
    boolean text =
        Optional.ofNullable(exchange.getRequestHeaders().getFirst("Accept"))
            .filter(accept -> accept.startsWith("text/plain"))
            .isPresent();
    String method = exchange.getRequestMethod();
    Optional<Page> refusal =
        rights
            .strangeHost(exchange, text)
            .or(
                () ->
                    method.equals("POST")
                        ? rights.refusalToChange(exchange, text)
                        : rights.refusalToRead(exchange, text));
    return refusal.orElseGet(() -> permitted(exchange, method, text));
  }

  private Page permitted(HttpExchange exchange, String method, boolean text) {
    String path = exchange.getRequestURI().getPath();
    return switch (method) {
      case "GET", "HEAD" -> read(exchange, path, text);
      case "OPTIONS" ->
          path.startsWith(CLUSTER)
              ? clusters.answer(path, header(exchange, "X-Haproxy-Server-State"))
              : Page.text("");
      case "POST" ->
          changes.answer(
              exchange.getRequestURI().getRawPath(),
              Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""),
              text);
      default -> Page.error(text, 405, "GET, HEAD, OPTIONS and POST are answered");
    };
  }

  private static boolean isWatch(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    return exchange.getRequestMethod().equals("GET")
        && (path.equals(WATCH) || path.startsWith(WATCH + "/"));
  }

  /** The groups that a path asks for. */
  private static Predicate<String> watched(HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    return path.equals(WATCH) ? group -> true : path.substring(WATCH.length() + 1)::equals;
  }

  /** The head of an answer that goes on for as long as somebody reads it. */
  private Page watch(boolean text) {
    return watch.isFull()
        ? Page.error(text, 503, WatchPage.MOST_WATCHERS + " watch already")
        : Page.text("");
  }

  private static boolean isHead(HttpExchange exchange) {
    return exchange.getRequestMethod().equals("HEAD");
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  private Page read(HttpExchange exchange, String path, boolean text) {
    if (path.startsWith(CLUSTER)) {
      return clusters.answer(path, header(exchange, "X-Haproxy-Server-State"));
    }
    if (isWatch(exchange)) {
      return path.equals(WATCH)
          ? watch(text)
          : group(path.substring(WATCH.length() + 1), text, group -> watch(text));
    }
    if (path.startsWith(HISTORY)) {
      return group(
          path.substring(HISTORY.length()), text, group -> history(exchange, group.name(), text));
    }
    if (path.startsWith(MEMBERSHIP)) {
      return group(
          path.substring(MEMBERSHIP.length()),
          text,
          group -> Page.lines(text, 200, "differences", group.differences()));
    }
    if (path.startsWith(REPLAY)) {
      return replay(path.substring(REPLAY.length()), text);
    }
    if (SightPages.knows(path)) {
      String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
      return sights.answer(path, query, reports.get(), text);
    }
    if (path.equals("/healthz")) {
      return operator.isEnding() ? Page.error(true, 503, "ending") : Page.text("ok\n");
    }
    if (path.equals("/metrics")) {
      String accept = exchange.getRequestHeaders().getFirst("Accept");
      Exposition page = metrics.apply(accept == null ? "" : accept);
      return new Page(200, page.contentType(), page.body(), false);
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
              text ? Page.text(ReportText.explain(group)) : Page.json(ReportJson.explain(group)));
    }
    return Page.error(
        text,
        404,
        "known here: /status, /status/GROUP, /explain/GROUP, /history/GROUP, /replay/GROUP/NUMBER,"
            + " /membership/GROUP,"
            + " /slowlog, /slowlog/NAME, /hotkeys/GROUP, /bigkeys/GROUP, /watch, /watch/GROUP,"
            + " /cluster/GROUP/..., /metrics, /healthz");
  }

  private Page history(HttpExchange exchange, String group, boolean text) {
    String query = Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("");
    if (!query.isEmpty() && !query.matches("last=[0-9]{1,6}")) {
      return Page.error(text, 400, "?last=NUMBER says how many changes, the newest");
    }
    int most = query.isEmpty() ? USUAL_HISTORY : Integer.parseInt(query.substring(LAST.length()));
    Operator.Result result = operator.history(group, most);
    return Page.lines(text, result.done() ? 200 : 503, "history", result.lines());
  }

  private Page replay(String path, boolean text) {
    int slash = path.indexOf('/');
    if (slash < 0 || !path.substring(slash + 1).matches("[0-9]{1,18}")) {
      return Page.error(text, 404, "/replay/GROUP/NUMBER, with a number of /history/GROUP");
    }
    long entry = Long.parseLong(path.substring(slash + 1));
    return group(
        path.substring(0, slash),
        text,
        group -> {
          Operator.Result result = operator.replay(group.name(), entry);
          return Page.lines(text, result.done() ? 200 : 409, "replay", result.lines());
        });
  }

  private Page group(String name, boolean text, Function<GroupReport, Page> page) {
    List<GroupReport> all = reports.get();
    return all.stream()
        .filter(group -> group.name().equals(name))
        .findFirst()
        .map(page)
        .orElseGet(
            () -> {
              String known = String.join(", ", all.stream().map(GroupReport::name).toList());
              return Page.error(text, 404, "there is no group '" + name + "'; known: " + known);
            });
  }

  private static Page status(
      boolean text, List<GroupReport> groups, List<ReplicationReport> sources) {
    boolean primaryless = groups.stream().anyMatch(group -> group.primary().isEmpty());
    Page answer =
        text
            ? Page.text(ReportText.status(groups) + ReplicationPage.text(sources))
            : Page.json(ReportJson.status(groups, sources));
    return new Page(answer.status(), answer.type(), answer.body(), primaryless);
  }

  /** Where it listens. */
  public Address address() {
    return address;
  }

  @Override
  public void close() {
    watch.end();
    server.stop(0);
    threads.shutdownNow();
  }
}
