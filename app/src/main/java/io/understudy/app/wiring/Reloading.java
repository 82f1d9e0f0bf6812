package io.understudy.app.wiring;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.ConfigurationException;
import io.understudy.failover.GroupOptions;
import io.understudy.proxy.BindException;
import io.understudy.proxy.ProxyOptions;
import io.understudy.proxy.ProxyServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a running program runs by, and how it follows a file that changed. What holds can be read on
 * any thread; it is reloaded by one at a time.
 */
final class Reloading {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.app");

  private static final String UNTIL_RESTART = " until a restart";

  /** A restart that drops nobody. */
  private static final String UNTIL_TAKEOVER =
      UNTIL_RESTART + ", or until a process takes over: understudy run --takeover";

  private volatile Configuration configuration;
  private final Understudy.Reading reading;
  private final Keeping keeping;
  private final Certificates certificates;
  private final Front front;
  private final Sources sources;

  /** Groups that were taken out of the file, and whose last clients are not gone. */
  private final Set<String> leaving = ConcurrentHashMap.newKeySet();

  /** What clients connect to. */
  interface Front {
    /** It; empty while there was never a listener. */
    Optional<ProxyServer> proxy();

    /** Begins to serve clients: the first listeners have come. */
    void open(ProxyOptions options) throws BindException;
  }

  Reloading(
      Configuration configuration,
      Understudy.Reading reading,
      Keeping keeping,
      Certificates certificates,
      Front front,
      Sources sources) {
    this.configuration = configuration;
    this.reading = reading;
    this.keeping = keeping;
    this.certificates = certificates;
    this.front = front;
    this.sources = sources;
  }

  /** What holds now. */
  Configuration configuration() {
    return configuration;
  }

  /**
   * Reads the file again, and follows it as far as that is possible without a restart.
   *
   * @param trial whether only to say what would be done
   * @return what was done, and what waits for a restart, a sentence each
   * @throws ConfigurationException when the file has a mistake; nothing was changed
   * @throws StartException in one line; nothing was changed
   */
  List<String> reload(boolean trial) throws ConfigurationException, StartException {
    ReloadPlan plan = ReloadPlan.of(configuration, reading.read(), keeping::members);
    for (Configuration.Group group : plan.added()) {
      if (leaving.contains(group.name())) {
        throw new StartException(
            "group " + group.name() + " still ends; wait for its clients to be gone");
      }
    }
    List<String> lines = new ArrayList<>(plan.changes());
    List<String> waiting = new ArrayList<>();
    plan.waiting().forEach(line -> waiting.add(line + UNTIL_RESTART));
    plan.succeeding().forEach(line -> waiting.add(line + UNTIL_TAKEOVER));
    Optional<ProxyOptions> options =
        front.proxy().isPresent() || !plan.followed().proxy().listeners().isEmpty()
            ? Optional.of(Options.proxy(plan.followed(), certificates))
            : Optional.empty();
    List<GroupOptions> anew = Options.groups(plan.followed(), plan.anew(), certificates);
    options.ifPresent(next -> lines.addAll(listeners(next)));
    lines.addAll(sources.plan(plan.followed()));
    if (!trial) {
      waiting.addAll(follow(plan, options, anew));
      lines.forEach(line -> LOG.info("reload: {}", line));
      waiting.forEach(line -> LOG.warn("reload: {}", line));
    }
    lines.addAll(waiting);
    if (lines.isEmpty()) {
      lines.add("nothing else than secrets is read again");
      if (!trial) {
        LOG.info("reload: secrets were read again; nothing else changed");
      }
    }
    return lines;
  }

  /** What becomes of listeners, a sentence for each that changes. */
  private List<String> listeners(ProxyOptions next) {
    return front
        .proxy()
        .map(proxy -> proxy.plan(next))
        .orElseGet(() -> next.listeners().stream().map(l -> "listener " + l + " is open").toList());
  }

  /** Returns what could not be done, a sentence each. */
  private synchronized List<String> follow(
      ReloadPlan plan, Optional<ProxyOptions> options, List<GroupOptions> anew)
      throws StartException {
    Configuration.Zones zones = plan.followed().failover().upkeep().zones();
    List<String> begun = new ArrayList<>();
    List<String> ending = plan.removed().stream().map(Configuration.Group::name).toList();
    try {
      for (Configuration.Group group : plan.added()) {
        keeping.add(group, zones, certificates);
        begun.add(group.name());
      }
      leaving.addAll(ending);
      if (options.isPresent()) {
        serve(options.get(), plan.followed().proxy().drain());
      }
    } catch (BindException | IllegalArgumentException e) {
      leaving.removeAll(ending);
      begun.forEach(group -> keeping.remove(group, names(configuration)));
      throw new StartException(String.valueOf(e.getMessage()), e);
    }
    plan.followed().groups().forEach(keeping::login);
    keeping.follow(plan.followed(), anew, names(plan.followed()));
    Logging.apply(plan.followed().log());
    configuration = plan.followed();
    List<String> undone = sources.follow(plan.followed());
    ending.stream()
        .filter(group -> front.proxy().map(p -> !p.leadsTo(group)).orElse(true))
        .forEach(this::left);
    return undone;
  }

  private void serve(ProxyOptions options, Duration finish) throws BindException {
    Optional<ProxyServer> proxy = front.proxy();
    if (proxy.isPresent()) {
      proxy.get().apply(options, finish, this::left);
    } else {
      front.open(options);
    }
  }

  /** The groups of a configuration, and those whose last clients are not gone. */
  private List<String> names(Configuration of) {
    return Stream.concat(Options.groupNames(of).stream(), leaving.stream()).distinct().toList();
  }

  /** Nobody is led to a group any more: if it was taken out of the file, it is let go of. */
  private void left(String group) {
    if (leaving.remove(group)) {
      Thread.startVirtualThread(() -> letGo(group));
    }
  }

  /** Not in the middle of a reload, which would go on to follow the group. */
  private synchronized void letGo(String group) {
    keeping.remove(group, names(configuration));
    LOG.info("{}: is looked after no more", group);
  }
}
