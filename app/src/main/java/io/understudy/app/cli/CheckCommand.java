package io.understudy.app.cli;

import io.understudy.app.config.Configuration;
import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.SourceConfig;
import io.understudy.app.probe.NodeProbe;
import io.understudy.topology.Address;
import io.understudy.wire.tls.ServerTls;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Says what would run, and changes nothing. */
@Command(
    name = "check",
    description = "Read a configuration and say what would run. Changes nothing.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:it would run",
      "1:the file is right, but a host cannot be resolved or a server cannot be used",
      "2:the file is wrong"
    })
final class CheckCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(3);

  @Parameters(paramLabel = "FILE", description = "The configuration.")
  private Path file = Path.of("");

  @Option(
      names = "--connect",
      description = "Ask each server what it is, too: connect, log in, INFO.")
  private boolean connect;

  @Spec private CommandSpec spec = CommandSpec.create();

  CheckCommand() {}

  @Override
  public Integer call() {
    Configuration configuration = ConfigurationOption.read(file);
    PrintWriter out = spec.commandLine().getOut();
    int unusable = 0;
    for (Configuration.Group group : configuration.groups()) {
      out.println("group " + group.name() + auth(group) + tls(group) + durability(group));
      for (Address node : group.nodes()) {
        NodeProbe.Finding finding = NodeProbe.resolve(node);
        if (connect && finding.usable()) {
          finding = new NodeProbe(TIMEOUT).connect(node, group.auth(), group.tls());
        }
        unusable += finding.usable() ? 0 : 1;
        out.println(
            "  node "
                + node
                + placed(group, node)
                + (finding.words().isEmpty() ? "" : ": " + finding.words()));
      }
      if (connect) {
        differences(configuration, group.name()).forEach(line -> out.println("  " + line));
      }
      listeners(out, configuration, group);
    }
    standbys(out, configuration.failover().upkeep());
    replication(out, configuration);
    settings(out, configuration);
    out.println(
        unusable == 0
            ? file + ": would run"
            : file + ": " + unusable + " of the nodes named in it cannot be used now");
    out.flush();
    return unusable == 0 ? ExitCode.OK : ExitCode.FAILED;
  }

  /** What a running understudy was told of the group's nodes since, if one answers. */
  private static List<String> differences(Configuration configuration, String group) {
    var running = new AdminOptions(configuration);
    try {
      AdminOptions.Answer answer = running.get("/membership/" + group);
      return answer.status() == 200 ? answer.body().lines().toList() : List.of();
    } catch (CommandException e) {
      return List.of(); // none runs here, and nothing else knows
    }
  }

  private static String durability(Configuration.Group group) {
    return group
        .durability()
        .map(
            d ->
                ", a write is answered when "
                    + d.replicas()
                    + (d.replicas() == 1 ? " replica has it" : " replicas have it"))
        .orElse("");
  }

  private static String auth(Configuration.Group group) {
    return group
        .auth()
        .map(a -> ", logs in as " + a.username().orElse("the default user") + " with a password")
        .orElse(", without a login");
  }

  private static void listeners(
      PrintWriter out, Configuration configuration, Configuration.Group group) {
    long count = 0;
    for (Configuration.Listener listener : configuration.proxy().listeners()) {
      if (listener.leadsTo(group.name())) {
        out.println(
            "  served at "
                + listener.bind()
                + served(listener)
                + ", by its primary"
                + reads(listener.reads())
                + routed(listener, group.name()));
        count++;
      }
    }
    if (count == 0) {
      out.println("  served nowhere: no listener names it; it is only kept");
    }
  }

  /** Which keys of a listener with routes belong to a group. */
  private static String routed(Configuration.Listener listener, String group) {
    if (listener.routes().isEmpty()) {
      return "";
    }
    List<String> what = new ArrayList<>();
    for (Configuration.Route route : listener.routes().get().routes()) {
      if (route.group().equals(group)) {
        what.add(route.rule().toString());
      }
    }
    if (listener.group().equals(group)) {
      what.add("what no route takes");
    }
    if (listener.routes().get().pubsub().orElse(listener.group()).equals(group)) {
      what.add("channels");
    }
    return ": " + String.join(", ", what);
  }

  private static String reads(Configuration.ReadRules rules) {
    return switch (rules.from()) {
      case PRIMARY -> "";
      case REPLICAS -> ", reads by its replicas";
      case NEAREST -> ", reads by the nearest node";
    };
  }

  private static String served(Configuration.Listener listener) {
    return listener
            .tls()
            .map(
                tls ->
                    tls.clientAuthorities().isEmpty()
                        ? " over TLS"
                        : " over TLS, where clients "
                            + (tls.clientsMayHaveNone() ? "may" : "must")
                            + " show a certificate")
            .orElse("")
        + listener.maxClients().map(most -> ", to " + most + " clients").orElse("")
        + listener
            .maxClientsPerAddress()
            .map(most -> ", to " + most + " clients from one address")
            .orElse("")
        + users(listener.users());
  }

  private static String users(List<Configuration.User> users) {
    return users.isEmpty()
        ? ""
        : ", to " + String.join(", ", users.stream().map(user -> user.acl().toString()).toList());
  }

  private static String tls(Configuration.Group group) {
    return group
        .tls()
        .map(
            tls ->
                tls.verifies()
                    ? ", over TLS"
                    : ", over TLS without a look at certificates: who is in between can read along")
        .orElse("");
  }

  private static void replication(PrintWriter out, Configuration configuration) {
    for (SourceConfig source : configuration.replication()) {
      out.println("source " + source.name());
      for (FeedConfig feed : source.feeds()) {
        out.println("  fed to replicas at " + feed.listen() + ": " + feed.description());
      }
    }
  }

  private static void settings(PrintWriter out, Configuration configuration) {
    Configuration.Failover failover = configuration.failover();
    String who =
        switch (failover.coordinator()) {
          case LOCAL -> "decided by this process alone";
          case ZOOKEEPER -> "decided by a majority of several keepers";
          case FOLLOW -> "decided by keepers elsewhere, and followed here";
        };
    out.println(
        "failover: "
            + who
            + (failover.coordinator() == Configuration.Coordinator.FOLLOW
                ? ""
                : "; a silent primary is replaced after "
                    + shown(failover.detection().downAfter())
                    + ", one that refuses connections at once"));
    failover
        .keeper()
        .ifPresent(
            keeper ->
                out.println(
                    "  this is keeper "
                        + keeper.id()
                        + " of "
                        + String.join(", ", keeper.members())
                        + "; "
                        + (keeper.members().size() / 2 + 1)
                        + " must agree"));
    failover
        .zookeeper()
        .ifPresentOrElse(
            zookeeper -> out.println("  ZooKeeper at " + zookeeper.connect() + zookeeper.prefix()),
            () -> out.println("  state in " + failover.stateDirectory()));
    if (failover.whenCoordinatorLost() == Configuration.WhenCoordinatorLost.VERIFY) {
      out.println(
          "  without ZooKeeper, requests go on while all replicas are shown to follow the primary");
    }
    Configuration.Proxy proxy = configuration.proxy();
    if (!proxy.listeners().isEmpty()) {
      out.println(
          "proxy: "
              + (proxy.threads() == 0 ? "one event loop per processor" : proxy.threads() + " loops")
              + " on "
              + proxy.transport().name().toLowerCase(Locale.ROOT)
              + ", up to "
              + proxy.maxClients()
              + " clients, idle "
              + proxy.idleTimeout().map(t -> "up to " + shown(t)).orElse("for ever"));
      out.println(
          "  without a primary, requests wait up to "
              + shown(proxy.hold().time())
              + ", "
              + proxy.hold().requests()
              + " of them, "
              + proxy.hold().bytes()
              + " bytes of them, per group");
      Configuration.Observing observing = proxy.observing();
      out.println(
          "  slow requests are "
              + observing.slow().map(t -> "noted from " + shown(t) + " on").orElse("not noted")
              + "; "
              + (observing.samples() == 0
                  ? "keys are not looked at"
                  : observing.samples() + " commands a second are looked at for their keys"));
    }
    Configuration.Admin admin = configuration.admin();
    out.println(
        "admin: "
            + (admin.tls().isPresent() ? "https://" : "http://")
            + admin.bind()
            + "/status, "
            + (admin.reads() == Configuration.AdminReads.OPEN
                ? "read by whoever reaches it"
                : "read with the token")
            + (admin.tls().filter(tls -> tls.clientAuthorities().isPresent()).isPresent()
                ? ", or with a certificate that " + clientCa(admin) + " signed"
                : ""));
  }

  private static String clientCa(Configuration.Admin admin) {
    return admin
        .tls()
        .flatMap(ServerTls::clientAuthorities)
        .map(file -> String.valueOf(file.getFileName()))
        .orElse("");
  }

  private static String placed(Configuration.Group group, Address node) {
    Configuration.Place place = group.places().get(node);
    if (place == null) {
      return "";
    }
    String tag =
        switch (place.priority()) {
          case PREFER -> ", preferred as primary";
          case NORMAL -> "";
          case NEVER -> ", never primary";
        };
    String weight =
        switch (place.weight()) {
          case 0 -> ", never read from";
          case 1 -> "";
          default -> ", reads weigh " + place.weight();
        };
    return place.zone().map(zone -> " in zone " + zone).orElse("") + tag + weight;
  }

  private static void standbys(PrintWriter out, Configuration.Upkeep upkeep) {
    if (!upkeep.standbys().isEmpty()) {
      out.println(
          "standbys, which take the place of a replica that is lost for "
              + shown(upkeep.replicaGrace())
              + ": "
              + String.join(", ", upkeep.standbys().stream().map(Address::toString).toList()));
    }
  }

  private static String shown(Duration duration) {
    return duration.toMillis() % 1000 == 0
        ? duration.toSeconds() + " s"
        : duration.toMillis() + " ms";
  }
}
