package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.understudy.failover.decide.Answer;
import io.understudy.failover.decide.Entry;
import io.understudy.failover.decide.Request;
import io.understudy.failover.hook.Hook;
import io.understudy.failover.hook.HookPoint;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hooks as real programs and a real HTTP server, around what is done to real servers. */
class HooksTest {
  private static final String SECRET = "wh-s3cr3t";
  private static final Duration DEADLINE = Duration.ofSeconds(5);

  @TempDir private Path folder;

  private record Received(String body, Map<String, List<String>> headers) {}

  @Test
  void shouldTellProgramsWhatIsDoneAndNothingElse() throws Exception {
    Path told = folder.resolve("told");
    Hook hook =
        program(
            "tell",
            """
            { env | sort; cat; echo; } > %s.$UNDERSTUDY_EVENT.tmp
            mv %s.$UNDERSTUDY_EVENT.tmp %s.$UNDERSTUDY_EVENT
            """
                .formatted(told, told, told),
            Set.of(HookPoint.BEFORE_FAILOVER, HookPoint.AFTER_FAILOVER),
            false);
    try (var set = ReplicaSet.start(ServerVersion.usual(), 2);
        var watched = watched(set, hook)) {
      watched.awaitWhole(set.primary(), set.replicas());
      String old = set.primary().address().toString();
      set.primary().kill9();
      RedisServer next = watched.awaitSuccessor(1, set.nodes());

      Path after = Path.of(told + ".after-failover");
      Eventually.holds("the hook ran", () -> Files.exists(after));
      List<String> lines = Files.readAllLines(after);
      assertThat(lines)
          .contains(
              "UNDERSTUDY_GROUP=orders",
              "UNDERSTUDY_EVENT=after-failover",
              "UNDERSTUDY_EPOCH=2",
              "UNDERSTUDY_OLD_PRIMARY=" + old,
              "UNDERSTUDY_NEW_PRIMARY=" + next.address(),
              "UNDERSTUDY_RULE=crashed",
              "UNDERSTUDY_OUTCOME=done");
      // The shell itself adds PWD, SHLVL and _; of this process's environment nothing is there.
      assertThat(lines)
          .filteredOn(line -> line.contains("=") && !line.startsWith("{"))
          .allMatch(line -> line.matches("(UNDERSTUDY_[A-Z_]+|PATH|PWD|OLDPWD|SHLVL|_)=.*"));
      assertThat(lines)
          .anyMatch(line -> line.startsWith("{\"group\":\"orders\",\"event\":\"after-failover\""));
      assertThat(Files.readAllLines(Path.of(told + ".before-failover")))
          .contains("UNDERSTUDY_OLD_PRIMARY=" + old, "UNDERSTUDY_OUTCOME=");
      awaitHistory(watched, "after-failover: " + hook.name() + " agreed");
    }
  }

  @Test
  void shouldCallOffASwitchoverThatAHookObjectsTo() throws Exception {
    Path window = folder.resolve("open");
    Hook hook =
        program(
            "window",
            "test -e " + window + " || { echo 'the shop is open'; exit 1; }",
            Set.of(HookPoint.BEFORE_SWITCHOVER, HookPoint.BEFORE_REMOVE),
            true);
    try (var set = ReplicaSet.start(ServerVersion.usual(), 2);
        var watched = watched(set, hook)) {
      watched.awaitWhole(set.primary(), set.replicas());

      assertThat(ask(watched, new Request.Switchover(Optional.empty(), "a test")).isAccepted())
          .isTrue();
      awaitHistory(watched, "is called off: " + hook.name() + ": the shop is open");
      assertThat(watched.current().epoch().number()).isEqualTo(1);
      assertThat(watched.published()).allMatch(t -> t.retiring().isEmpty());
      Answer removal = ask(watched, new Request.RemoveNode(set.replica(0).address(), "a test"));
      assertThat(removal.obstacles()).containsExactly(hook.name() + " objects: the shop is open");

      Files.createFile(window);
      // Asked again when it was called off, as it is when this machine has no time for it.
      watched.await(
          "the switchover is done",
          () -> {
            if (watched.journal().wish().isEmpty() && watched.journal().operation().isEmpty()) {
              ask(watched, new Request.Switchover(Optional.empty(), "a test"));
            }
            return watched.current().epoch().number() == 2;
          });
    }
  }

  @Test
  void shouldHoldBackAFailoverUntilTheHookAgrees() throws Exception {
    Path allowed = folder.resolve("allowed");
    Hook hook =
        program(
            "ask",
            "test -e " + allowed + " || { echo 'not yet'; exit 1; }",
            Set.of(HookPoint.BEFORE_FAILOVER),
            true);
    try (var set = ReplicaSet.start(ServerVersion.usual(), 2);
        var watched = watched(set, hook)) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().kill9();

      watched.await(
          "the objection is the reason",
          () -> watched.status().decision().reason().contains(hook.name() + ": not yet"));
      // What keeps data safe is not asked about: the replicas are gated already.
      set.replicas().forEach(r -> assertThat(r.info("master_host")).isEqualTo("127.0.0.1"));
      set.replicas().forEach(r -> assertThat(r.info("master_port")).isEqualTo("0"));
      assertThat(watched.current().primary()).isEmpty();

      Files.createFile(allowed);
      watched.awaitSuccessor(1, set.nodes());
    }
  }

  @Test
  void shouldPassOverAnObjectionThatAnOperatorForcesOrThatLastsTooLong() throws Exception {
    Hook never = program("never", "echo no; exit 1", Set.of(HookPoint.BEFORE_FAILOVER), true);
    try (var set = ReplicaSet.start(ServerVersion.usual(), 2);
        var watched = watched(set, never)) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().kill9();
      watched.await(
          "the objection is the reason",
          () -> watched.status().decision().reason().contains("never: no"));
      RedisServer named = set.replica(1);
      assertThat(ask(watched, new Request.ForcedFailover(named.address(), "a test")).isAccepted())
          .isTrue();
      assertThat(watched.awaitSuccessor(1, set.nodes())).isEqualTo(named);
    }
    Hook brief =
        new Hook(never.name(), never.at(), never.call(), DEADLINE, true, Duration.ofMillis(1_500));
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1);
        var watched = watched(set, brief)) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().kill9();
      watched.awaitSuccessor(1, set.nodes());
      awaitHistory(watched, "before-failover: " + never.name() + " objected");
    }
  }

  @Test
  void shouldCallThoseOfNow() throws Exception {
    Path told = folder.resolve("told");
    Hook objects = program("objects", "echo no; exit 1", Set.of(HookPoint.BEFORE_REMOVE), true);
    Hook tells = program("tells", "touch " + told, Set.of(HookPoint.AFTER_REMOVE), false);
    try (var set = ReplicaSet.start(ServerVersion.usual(), 2);
        var watched = Watched.over(set.nodes(), Watched.KeeperSettings.QUICK)) {
      watched.awaitWhole(set.primary(), set.replicas());
      Keeper keeper = watched.keeper();
      Request.RemoveNode removal = new Request.RemoveNode(set.replica(0).address(), "a test");

      keeper.follow(keeper.options().withHooks(List.of(objects)), List.of());
      assertThat(ask(watched, removal).obstacles())
          .containsExactly(objects.name() + " objects: no");

      keeper.follow(keeper.options().withHooks(List.of(tells)), List.of());
      watched.await("it may go", () -> ask(watched, removal).isAccepted());
      Eventually.holds("the other hook ran", () -> Files.exists(told));

      keeper.follow(keeper.options().withHooks(List.of()), List.of());
      Files.delete(told);
      Request.RemoveNode second = new Request.RemoveNode(set.replica(1).address(), "a test");
      watched.await("it may go, too", () -> ask(watched, second).isAccepted());
      watched.await(
          "it is looked at no more",
          () -> watched.status().view().filter(v -> v.nodes().size() == 1).isPresent());
      assertThat(told).doesNotExist();
    }
  }

  /** A hook that hangs is killed with what it started, and nothing waits for it any longer. */
  @Test
  void shouldKillAHookAtItsDeadline() throws Exception {
    Path child = folder.resolve("child");
    Hook hanging =
        new Hook(
            "hanging",
            Set.of(HookPoint.BEFORE_FAILOVER),
            program(
                    "hang",
                    "sleep 600 & echo $! > " + child + "; wait",
                    Set.of(HookPoint.BEFORE_FAILOVER),
                    true)
                .call(),
            Duration.ofSeconds(1),
            true,
            Duration.ofMinutes(5));
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1);
        var watched = watched(set, hanging)) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().kill9();

      watched.awaitSuccessor(1, set.nodes());
      awaitHistory(watched, "before-failover: hanging did not end in time");
      long pid = Long.parseLong(Files.readString(child).strip());
      Eventually.holds(
          "its child is gone",
          () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }
  }

  @Test
  void shouldPostSignedEventsUntilTheyAreTaken() throws Exception {
    List<Received> received = new CopyOnWriteArrayList<>();
    AtomicInteger calls = new AtomicInteger();
    HttpServer server = HttpServer.create(new InetSocketAddress(loopback(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          received.add(receive(exchange));
          boolean first = calls.incrementAndGet() == 1;
          exchange.sendResponseHeaders(first ? 503 : 204, -1);
          exchange.close();
        });
    server.start();
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/token");
    Hook hook =
        new Hook(
            "web",
            Set.of(HookPoint.AFTER_FAILOVER),
            new Hook.Call.Web(address, Optional.of(() -> SECRET)),
            DEADLINE,
            false,
            DEADLINE);
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1);
        var watched = watched(set, hook)) {
      watched.awaitWhole(set.primary(), set.replicas());
      set.primary().kill9();
      RedisServer next = watched.awaitSuccessor(1, set.nodes());

      awaitHistory(watched, "after-failover: web agreed");
      assertThat(received).hasSize(2);
      for (Received each : received) {
        assertThat(each.body()).contains("\"new_primary\":\"" + next.address() + "\"");
        String seconds =
            each.headers().getOrDefault("Understudy-timestamp", List.of("")).getFirst();
        assertThat(each.headers().get("Understudy-signature"))
            .containsExactly("v1=" + hmac(seconds + "." + each.body()));
      }
      assertThat(watched.journal().toString()).doesNotContain(SECRET, "/token");
    } finally {
      server.stop(0);
    }
  }

  private static InetAddress loopback() {
    return InetAddress.getLoopbackAddress();
  }

  private static Received receive(HttpExchange exchange) throws IOException {
    return new Received(
        new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8),
        Map.copyOf(exchange.getRequestHeaders()));
  }

  private static String hmac(String text) throws Exception {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static void awaitHistory(Watched watched, String text) {
    watched.await(
        "the history says: " + text,
        () ->
            watched.keeper().history(Watched.GROUP, 100).stream()
                .map(Entry::reason)
                .anyMatch(reason -> reason.contains(text)));
  }

  private static Answer ask(Watched watched, Request request) throws Exception {
    return watched.keeper().ask(Watched.GROUP, request, false).get(30, TimeUnit.SECONDS);
  }

  private static Watched watched(ReplicaSet set, Hook hook) {
    return Watched.over(set.nodes(), Watched.KeeperSettings.QUICK.with(hook));
  }

  private Hook program(String name, String script, Set<HookPoint> at, boolean veto)
      throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    return new Hook(
        file.toString(),
        at,
        new Hook.Call.Program(List.of(file.toString())),
        DEADLINE,
        veto,
        Duration.ofMinutes(2));
  }
}
