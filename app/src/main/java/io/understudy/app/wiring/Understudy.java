package io.understudy.app.wiring;

import io.netty.util.internal.PlatformDependent;
import io.understudy.app.config.Configuration;
import io.understudy.app.config.ConfigurationException;
import io.understudy.app.metrics.Exposition;
import io.understudy.app.metrics.Metrics;
import io.understudy.app.rest.AdminAccess;
import io.understudy.app.rest.AdminServer;
import io.understudy.app.rest.GroupReport;
import io.understudy.app.rest.Operator;
import io.understudy.app.rest.ProxyReport;
import io.understudy.app.rest.ReplicationReport;
import io.understudy.app.wiring.systemd.Supervision;
import io.understudy.app.wiring.takeover.Predecessor;
import io.understudy.app.wiring.takeover.SuccessorPort;
import io.understudy.proxy.BindException;
import io.understudy.proxy.Listener;
import io.understudy.proxy.ListeningSocket;
import io.understudy.proxy.ProxyOptions;
import io.understudy.proxy.ProxyServer;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.TopologyFeed;
import io.understudy.topology.TrafficFeed;
import io.understudy.wire.tls.TlsServer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running program: the admin port, the keeper of all groups, and the proxy in front of them.
 */
public final class Understudy implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.app");

  private final Reloading reloading;
  private final Keeping keeping;
  private final Certificates certificates;
  private final List<TopologyFeed.Subscription> subscriptions = new ArrayList<>();
  private final Sources sources;
  private final AtomicReference<Optional<ProxyServer>> proxySeen;
  private volatile Optional<ProxyServer> proxy = Optional.empty();
  private volatile Optional<AdminServer> admin = Optional.empty();

  /** How often a drain says how far it is. */
  private static final Duration PROGRESS = Duration.ofSeconds(1);

  private volatile boolean ending;
  private final Handover handover;
  private final Optional<Predecessor> predecessor;
  private volatile Optional<SuccessorPort> successorPort = Optional.empty();
  private volatile Optional<Supervision> supervision = Optional.empty();

  private Understudy(
      Configuration configuration,
      Reading reading,
      Keeping keeping,
      Certificates certificates,
      AtomicReference<Optional<ProxyServer>> proxySeen,
      Optional<Predecessor> predecessor,
      Runnable end) {
    this.predecessor = predecessor;
    this.handover = new Handover(new Parts(), end);
    this.keeping = keeping;
    this.certificates = certificates;
    this.proxySeen = proxySeen;
    this.sources = new Sources(keeping.feed(), certificates);
    this.reloading =
        new Reloading(configuration, reading, keeping, certificates, new Clients(), sources);
  }

  /**
   * Starts everything, and logs as configured from now on. No server is touched before every
   * address is known to be free. No other process can take over from this one.
   *
   * @param reading reads the configuration again when that is asked for
   * @param news gets what happens in the groups, on each group's own thread; it must return at once
   * @throws StartException in one line; nothing is left running
   */
  public static Understudy start(Configuration configuration, Reading reading, Consumer<News> news)
      throws StartException {
    Logging.apply(configuration.log());
    requireMemory(configuration.proxy());
    Addresses.requireFree(configuration, Set.of());
    return start(configuration, reading, news, Optional.empty(), () -> {});
  }

  /**
   * The same for a process that takes part in upgrades: another one may take over from it, and it
   * may take over itself, and then has the listening sockets of the process before.
   *
   * @throws StartException in one line; nothing is left running, and a process that this one was to
   *     take over from goes on as before
   */
  public static Understudy start(
      Configuration configuration, Reading reading, Consumer<News> news, Upgrading upgrading)
      throws StartException {
    Logging.apply(configuration.log());
    requireMemory(configuration.proxy());
    Optional<Predecessor> predecessor = Optional.empty();
    if (upgrading.drain().isPresent()) {
      Predecessor met = Handover.meet(configuration, upgrading.drain().get());
      predecessor = Optional.of(met);
      try {
        Addresses.requireFree(configuration, met.addresses());
      } catch (StartException e) {
        met.close();
        throw e;
      }
    } else {
      Addresses.requireFree(configuration, Set.of());
    }
    Understudy started = start(configuration, reading, news, predecessor, upgrading.end());
    started.supervise(upgrading);
    if (predecessor.isPresent()) {
      var _ =
          predecessor
              .get()
              .ended()
              .thenRun(() -> Thread.startVirtualThread(started::awaitSuccessor));
    } else {
      started.awaitSuccessor();
    }
    return started;
  }

  private void supervise(Upgrading upgrading) {
    Supervision begun =
        Supervision.of(
            upgrading.environment(),
            predecessor.isPresent(),
            new ProcessSubject(keeping.feed(), this::configuration, () -> proxy),
            System::nanoTime);
    supervision = Optional.of(begun);
  }

  /** Tells systemd, where that started this process, that signals are heard and clients served. */
  public void ready() {
    supervision.ifPresent(s -> s.serves(predecessor.isPresent()));
  }

  private static Understudy start(
      Configuration configuration,
      Reading reading,
      Consumer<News> news,
      Optional<Predecessor> predecessor,
      Runnable end)
      throws StartException {
    // The keeper wants to know what the proxy sees, and the proxy what the keeper publishes.
    AtomicReference<Optional<ProxyServer>> proxySeen = new AtomicReference<>(Optional.empty());
    Certificates certificates = new Certificates();
    Keeping keeping;
    try {
      keeping =
          Keeping.start(
              configuration,
              new TrafficFeed() {
                @Override
                public OptionalLong lastReplyNanos(RunId runId) {
                  return proxySeen
                      .get()
                      .map(p -> p.traffic().lastReplyNanos(runId))
                      .orElse(OptionalLong.empty());
                }

                @Override
                public boolean isDrained(Topology holding) {
                  boolean none = configuration.proxy().listeners().isEmpty();
                  return proxySeen.get().map(p -> p.traffic().isDrained(holding)).orElse(none);
                }
              },
              certificates,
              predecessor);
    } catch (StartException e) {
      predecessor.ifPresent(Predecessor::close);
      throw e;
    }
    Understudy starting =
        new Understudy(configuration, reading, keeping, certificates, proxySeen, predecessor, end);
    try {
      starting.open(news);
      return starting;
    } catch (StartException e) {
      starting.close();
      throw e;
    } catch (IOException | RuntimeException e) {
      starting.close();
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
  }

  private void open(Consumer<News> news) throws IOException, StartException {
    subscriptions.add(
        keeping.onDecision(status -> NewsDesk.of(status, System.nanoTime()).forEach(news)));
    for (Configuration.Group group : configuration().groups()) {
      subscriptions.add(
          keeping
              .feed()
              .subscribe(
                  group.name(),
                  topology -> NewsDesk.of(topology, System.nanoTime()).ifPresent(news)));
    }
    if (!configuration().proxy().listeners().isEmpty()) {
      serve(
          Options.proxy(configuration(), certificates),
          predecessor.map(Predecessor::sockets).orElse(List.of()));
    }
    if (predecessor.isPresent()) {
      predecessor.get().serve(names(configuration()));
    }
    openPorts();
    new Changes(keeping).answerOthers();
    for (Configuration.Listener listener : configuration().proxy().listeners()) {
      LOG.info("{}: serving the primary at {}", listener.group(), listener.bind());
    }
  }

  private void serve(ProxyOptions options, List<ListeningSocket> passedOn) throws BindException {
    proxy = Optional.of(ProxyServer.start(options, keeping.feed(), passedOn));
    proxySeen.set(proxy);
  }

  private static List<String> names(Configuration configuration) {
    return configuration.proxy().listeners().stream().map(l -> l.bind().toString()).toList();
  }

  /** Opens what only one process can have. */
  private synchronized void openPorts() throws IOException, StartException {
    token();
    sources.open(configuration());
    AdminServer started =
        AdminServer.start(
            adminAccess(),
            this::reports,
            this::replications,
            this::metrics,
            new ProxySightings(() -> proxy),
            operator());
    admin = Optional.of(started);
    LOG.info(
        "status is answered at {}://{}/status",
        configuration().admin().tls().isPresent() ? "https" : "http",
        started.address());
  }

  private AdminAccess adminAccess() throws StartException {
    Configuration.Admin wanted = configuration().admin();
    Optional<TlsServer> tls = Optional.empty();
    if (wanted.tls().isPresent()) {
      tls = Optional.of(certificates.of(wanted.tls().get()));
    }
    boolean guarded = wanted.reads() == Configuration.AdminReads.TOKEN;
    return new AdminAccess(wanted.bind(), guarded, tls, this::tokenOfNow);
  }

  private synchronized void closePorts() {
    admin.ifPresent(AdminServer::close);
    sources.close();
    admin = Optional.empty();
  }

  /** What a change must show at this moment: its file may have been written anew. */
  private Optional<String> tokenOfNow() {
    try {
      return Optional.of(token());
    } catch (StartException e) {
      LOG.warn("a change was refused: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private String token() throws StartException {
    Path folder = configuration().failover().stateDirectory();
    try {
      return AdminToken.of(folder);
    } catch (IOException e) {
      throw new StartException(
          "failover.state: " + folder + " cannot keep the admin port's token: " + e.getMessage(),
          e);
    }
  }

  /** A bound above what the JVM may use would be none: memory would run out first. */
  private static void requireMemory(Configuration.Proxy proxy) throws StartException {
    long most = PlatformDependent.estimateMaxDirectMemory();
    if (proxy.memory().totalBytes() > most) {
      throw new StartException(
          "proxy.memory.total: "
              + (proxy.memory().totalBytes() >> 20)
              + "mb is more than this JVM may use beside its heap, "
              + (most >> 20)
              + "mb; start with UNDERSTUDY_JAVA_OPTS=-XX:MaxDirectMemorySize="
              + ((2 * proxy.memory().totalBytes()) >> 20)
              + "m, or write less");
    }
  }

  /** What there is to say about each group, in the order of the configuration. Any thread. */
  public List<GroupReport> reports() {
    List<GroupReport> reports = new ArrayList<>();
    for (Configuration.Group group : configuration().groups()) {
      List<String> listeners =
          configuration().proxy().listeners().stream()
              .filter(listener -> listener.leadsTo(group.name()))
              .map(listener -> listener.bind().toString())
              .toList();
      reports.add(
          Reports.of(
              keeping.status(group.name()),
              group,
              listeners,
              keeping.publication(group.name()),
              keeping.outlook(group.name())));
    }
    return reports;
  }

  /** What operators may ask for. Any thread. */
  public Operator operator() {
    return new KeeperOperator(
        keeping, () -> configuration().groups(), this::reloaded, () -> ending);
  }

  private Exposition metrics(String accept) {
    ProxyReport traffic = proxy.map(ProxyReports::of).orElse(ProxyReport.NONE);
    return Exposition.of(
        Metrics.of(ProxyReports.process(), reports(), traffic, replications()), accept);
  }

  /** What there is to say about each source that is replicated. Any thread. */
  public List<ReplicationReport> replications() {
    return sources.reports();
  }

  /** Reads the configuration again. */
  public interface Reading {
    /** What the file says now. */
    Configuration read() throws ConfigurationException;
  }

  /**
   * Reads the file again, and follows it as far as that is possible without a restart. Connections
   * that no change concerns stay up.
   *
   * @param trial whether only to say what would be done
   * @return what was done, and what waits for a restart, a sentence each
   * @throws ConfigurationException when the file has a mistake; nothing was changed
   * @throws StartException in one line; nothing was changed
   */
  public synchronized List<String> reload(boolean trial)
      throws ConfigurationException, StartException {
    if (handover.isSucceeded()) {
      throw new StartException("another process has taken over from this one; tell that one");
    }
    if (trial) {
      return reloading.reload(true);
    }
    supervision.ifPresent(Supervision::reloads);
    try {
      return reloading.reload(false);
    } finally {
      supervision.ifPresent(Supervision::reloaded);
    }
  }

  private Configuration configuration() {
    return reloading.configuration();
  }

  /** What an operator is told of a reload. */
  private Operator.Result reloaded(boolean trial) {
    try {
      return new Operator.Result(true, reload(trial));
    } catch (ConfigurationException | StartException e) {
      List<String> lines = new ArrayList<>(List.of("nothing was changed:"));
      String.valueOf(e.getMessage()).lines().forEach(lines::add);
      return new Operator.Result(false, lines);
    }
  }

  /** Takes no new clients and lets requests in flight finish, for at most the configured time. */
  public void drain() {
    ending = true;
    Optional<Predecessor> before = predecessor.filter(p -> !p.ended().isDone());
    supervision.ifPresent(s -> s.ends(before.map(Predecessor::process)));
    if (before.isPresent()) {
      LOG.info("process {} is to serve by itself again", before.get().process());
      closePorts();
      before.get().back();
    }
    Duration most = configuration().proxy().drain();
    LOG.info("told to end: finishing what is in flight, for at most {} ms", most.toMillis());
    if (proxy.isEmpty()) {
      return;
    }
    CountDownLatch finished = new CountDownLatch(1);
    Thread teller = Thread.startVirtualThread(() -> tell(proxy.get(), finished));
    proxy.get().drain(most);
    finished.countDown();
    try {
      teller.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    LOG.info("{} clients were not through and are closed", proxy.get().clients());
  }

  /** Says now and then how many clients are not through. */
  private static void tell(ProxyServer proxy, CountDownLatch finished) {
    try {
      while (!finished.await(PROGRESS.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.info("{} clients are not through yet", proxy.clients());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends everything. Servers stay as they are. */
  @Override
  public void close() {
    closePorts();
    subscriptions.forEach(TopologyFeed.Subscription::close);
    proxy.ifPresent(ProxyServer::close);
    // A successor listens there itself as soon as this process has closed the connection to it.
    successorPort.ifPresent(SuccessorPort::stopListening);
    keeping.close();
    successorPort.ifPresent(SuccessorPort::close);
    predecessor.ifPresent(Predecessor::close);
    certificates.close();
    supervision.ifPresent(Supervision::close);
  }

  /** Lets another process take over from now on. */
  private void awaitSuccessor() {
    Path socket = Handover.socket(configuration());
    if (ending) {
      return;
    }
    try {
      successorPort = Optional.of(SuccessorPort.open(socket, handover, keeping.publisher()));
    } catch (IOException e) {
      LOG.warn("no other process can take over from this one: {}", e.getMessage());
    }
  }

  /** What clients connect to. */
  private final class Clients implements Reloading.Front {
    @Override
    public Optional<ProxyServer> proxy() {
      return proxy;
    }

    @Override
    public void open(ProxyOptions options) throws BindException {
      serve(options, List.of());
    }
  }

  /** What changes hands. */
  private final class Parts implements Handover.Parts {
    @Override
    public Configuration configuration() {
      return Understudy.this.configuration();
    }

    @Override
    public Optional<ProxyServer> proxy() {
      return proxy;
    }

    @Override
    public boolean isEnding() {
      return ending;
    }

    @Override
    public void giveUpSeat() {
      keeping.giveUpSeat();
    }

    @Override
    public boolean hasGivenUpSeat() {
      return keeping.hasGivenUpSeat();
    }

    @Override
    public String answer(String group, String request) {
      return new Changes(keeping).answered(group, request);
    }

    @Override
    public void standBack(long successor) {
      supervision.ifPresent(s -> s.succeeded(successor));
    }

    @Override
    public void standForth() {
      supervision.ifPresent(Supervision::takenBack);
    }

    @Override
    public void closePorts() {
      Understudy.this.closePorts();
    }

    @Override
    public void openPorts() throws StartException {
      try {
        Understudy.this.openPorts();
      } catch (IOException e) {
        throw new StartException(String.valueOf(e.getMessage()), e);
      }
    }

    @Override
    public void narrow(Optional<List<String>> listeners) throws StartException {
      if (proxy.isEmpty()) {
        return;
      }
      ProxyOptions all = Options.proxy(configuration(), certificates);
      List<Listener> left =
          all.listeners().stream()
              .filter(l -> listeners.map(names -> names.contains(l.toString())).orElse(true))
              .toList();
      if (left.isEmpty()) {
        return;
      }
      try {
        proxy.get().apply(all.with(left), configuration().proxy().drain(), group -> {});
      } catch (BindException e) {
        throw new StartException(String.valueOf(e.getMessage()), e);
      }
    }
  }
}
