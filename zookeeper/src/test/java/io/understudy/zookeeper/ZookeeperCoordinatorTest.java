package io.understudy.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testkit.Eventually;
import io.understudy.topology.Address;
import io.understudy.topology.Coordinator;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.Publisher;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ZookeeperCoordinatorTest {
  private static final String GROUP = "orders";
  private static final List<String> THREE = List.of("a", "b", "c");
  private static Ensemble server = Ensemble.of(0);

  private final List<ZookeeperCoordinator> open = new ArrayList<>();

  @BeforeAll
  static void startServer() {
    server = Ensemble.of(1);
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @AfterEach
  void closeAll() {
    open.forEach(ZookeeperCoordinator::close);
  }

  private static String newPrefix() {
    return "/test-" + System.nanoTime();
  }

  private ZookeeperCoordinator keeper(String prefix, String id, List<String> members)
      throws IOException {
    return keeper(prefix, id, members, "same");
  }

  private ZookeeperCoordinator keeper(
      String prefix, String id, List<String> members, String configuration) throws IOException {
    var keeper =
        ZookeeperCoordinator.keeper(
            server.options(prefix),
            new KeeperIdentity(id, members, configuration, List.of(GROUP, "users"), "here"),
            false,
            TrafficFeed.NONE);
    open.add(keeper);
    return keeper;
  }

  private static void awaitLeads(Coordinator keeper, String group) {
    Eventually.holds(
        "it leads " + group + ": " + keeper.leadership().standing(group),
        () -> keeper.leadership().standing(group).leads());
  }

  @Test
  void shouldLeadOnlyWhenAMajorityOfTheMembersIsThere() throws IOException {
    String prefix = newPrefix();
    Coordinator first = keeper(prefix, "a", THREE).coordinator();
    Eventually.holds(
        "it says what is missing",
        () -> first.leadership().standing(GROUP).reason().contains("1 of 3 keepers"));
    assertThat(first.leadership().standing(GROUP).leads()).isFalse();

    Coordinator second = keeper(prefix, "b", THREE).coordinator();
    Eventually.holds(
        "one of the two leads",
        () ->
            first.leadership().standing(GROUP).leads()
                != second.leadership().standing(GROUP).leads());
  }

  @Test
  void shouldTakeOverFromAKeeperThatEnded() throws IOException {
    String prefix = newPrefix();
    List<String> members = List.of("a");
    ZookeeperCoordinator first = keeper(prefix, "a", members);
    awaitLeads(first.coordinator(), GROUP);
    first.close();

    awaitLeads(keeper(prefix, "a", members).coordinator(), GROUP);
  }

  @Test
  void shouldRefuseASecondLivingKeeperWithTheSameId() throws IOException {
    String prefix = newPrefix();
    keeper(prefix, "a", List.of("a")).coordinator();

    assertThatThrownBy(() -> keeper(prefix, "a", List.of("a")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another living process is keeper a already")
        .message()
        .doesNotContain("\n");
  }

  @Test
  void shouldLeaveOutAKeeperThatIsConfiguredDifferently() throws IOException {
    String prefix = newPrefix();
    Coordinator first = keeper(prefix, "a", THREE, "one").coordinator();
    Coordinator second = keeper(prefix, "b", THREE, "one").coordinator();
    Coordinator third = keeper(prefix, "c", THREE, "other").coordinator();

    Eventually.holds(
        "the third says why it takes no part",
        () -> third.leadership().standing(GROUP).reason().contains("differ"));
    Eventually.holds(
        "one of the others leads, and says who is different",
        () ->
            List.of(first, second).stream()
                .map(k -> k.leadership().standing(GROUP))
                .anyMatch(s -> s.leads() && s.reason().contains("of c differ")));
    assertThat(third.leadership().standing(GROUP).leads()).isFalse();
    assertThat(first.peers().others(GROUP)).noneMatch(o -> o.keeper().equals("c"));
  }

  @Test
  void shouldShareViewsAndForgetThoseOfAKeeperThatEnded() throws IOException {
    String prefix = newPrefix();
    Coordinator first = keeper(prefix, "a", THREE).coordinator();
    ZookeeperCoordinator second = keeper(prefix, "b", THREE);
    second.coordinator().peers().share(GROUP, "it refuses\nme");

    Eventually.holds(
        "the view arrives",
        () ->
            first.peers().others(GROUP).stream()
                .anyMatch(o -> o.keeper().equals("b") && o.view().equals("it refuses\nme")));
    second.close();
    Eventually.holds("the view is gone", () -> first.peers().others(GROUP).isEmpty());
  }

  @Test
  void shouldHandAGroupOver() throws IOException {
    String prefix = newPrefix();
    List<Coordinator> two =
        List.of(keeper(prefix, "a", THREE).coordinator(), keeper(prefix, "b", THREE).coordinator());
    Eventually.holds(
        "one leads", () -> two.stream().anyMatch(k -> k.leadership().standing(GROUP).leads()));
    int leader = two.get(0).leadership().standing(GROUP).leads() ? 0 : 1;

    two.get(leader)
        .leadership()
        .stepDown(GROUP, Optional.of(leader == 0 ? "b" : "a"), "the test says so");

    awaitLeads(two.get(1 - leader), GROUP);
    assertThat(two.get(leader).leadership().standing(GROUP).leads()).isFalse();
  }

  @Test
  void shouldRefuseASaveThatDoesNotFollowTheNewest() throws IOException {
    var journal = keeper(newPrefix(), "a", List.of("a")).coordinator().journal();
    assertThat(journal.load(GROUP)).isEmpty();
    long first = journal.save(GROUP, "one", 0);
    long second = journal.save(GROUP, "two", first);

    assertThatThrownBy(() -> journal.save(GROUP, "three", first))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another keeper");
    assertThatThrownBy(() -> journal.save(GROUP, "three", 0)).isInstanceOf(IOException.class);
    var saved = journal.load(GROUP).orElseThrow();
    assertThat(saved.text()).isEqualTo("two");
    assertThat(saved.revision()).isEqualTo(second);
  }

  @Test
  void shouldTellFollowersAndWaitUntilTheyLetGo() throws IOException {
    String prefix = newPrefix();
    Coordinator keeper = keeper(prefix, "a", List.of("a")).coordinator();
    var follower =
        ZookeeperCoordinator.follower(server.options(prefix), List.of(GROUP), TrafficFeed.NONE);
    open.add(follower);
    Publisher followed = follower.publisher();
    List<Topology> seen = new CopyOnWriteArrayList<>();
    followed.follow(seen::add);
    Eventually.holds("it has a lease", followed::isUpToDate);

    Topology reign = topology(1, 0, Optional.of(7001));
    keeper.publisher().publish(reign);
    Eventually.holds("it arrives", () -> seen.contains(reign));
    assertThat(keeper.publisher().heldUntilNanos(GROUP)).isEmpty();

    Topology none = topology(1, 1, Optional.empty());
    keeper.publisher().publish(none);
    assertThat(keeper.publisher().heldUntilNanos(GROUP)).isPresent();
    Eventually.holds(
        "the follower lets go", () -> keeper.publisher().heldUntilNanos(GROUP).isEmpty());
    assertThat(seen).contains(none);
    assertThat(followed.isUpToDate()).isTrue();
  }

  @Test
  void shouldWaitUntilFollowersHaveTheAnswersOfAPrimaryThatRetires() throws IOException {
    String prefix = newPrefix();
    Publisher keeper = keeper(prefix, "a", List.of("a")).coordinator().publisher();
    Topology reign = topology(1, 0, Optional.of(7001));
    Topology holding =
        new Topology(
            GROUP, reign.epoch(), 1, Optional.empty(), List.of(), "a switchover", reign.primary());
    var answered = new AtomicBoolean();
    var traffic =
        new TrafficFeed() {
          @Override
          public OptionalLong lastReplyNanos(RunId runId) {
            return OptionalLong.empty();
          }

          @Override
          public boolean isDrained(Topology asked) {
            return asked.equals(holding) && answered.get();
          }
        };
    var follower = ZookeeperCoordinator.follower(server.options(prefix), List.of(GROUP), traffic);
    open.add(follower);
    Publisher followed = follower.publisher();
    List<Topology> seen = new CopyOnWriteArrayList<>();
    followed.follow(seen::add);
    keeper.publish(reign);
    Eventually.holds("it arrives", () -> seen.contains(reign) && followed.isUpToDate());

    keeper.publish(holding);

    Eventually.holds("it says that it holds", () -> keeper.heldUntilNanos(GROUP).isEmpty());
    assertThat(seen).contains(holding);
    assertThat(keeper.isDrained(GROUP)).isFalse();
    answered.set(true);
    Eventually.holds("it says that it awaits nothing", () -> keeper.isDrained(GROUP));
    assertThat(followed.isUpToDate()).isTrue();
  }

  @Test
  void shouldNeverPublishSomethingOlder() throws IOException {
    String prefix = newPrefix();
    Publisher publisher = keeper(prefix, "a", List.of("a")).coordinator().publisher();
    publisher.publish(topology(2, 0, Optional.of(7001)));
    publisher.publish(topology(2, 0, Optional.of(7001)));

    assertThatThrownBy(() -> publisher.publish(topology(1, 9, Optional.of(7002))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("epoch 2");
  }

  private static Topology topology(long epoch, long version, Optional<Integer> port) {
    return new Topology(
        GROUP,
        new Epoch(epoch),
        version,
        port.map(p -> new Node(new Address("127.0.0.1", p), new RunId("run" + p))),
        List.of(),
        "a test's \"reason\"");
  }

  @Test
  void shouldSayInOneLineWhoMayNotWrite() throws IOException {
    String prefix = newPrefix();
    ZookeeperOptions plain = server.options(prefix);
    var owned =
        new ZookeeperOptions(
            plain.connect(),
            prefix,
            Optional.of(new ZookeeperOptions.Login("keepers", "secret")),
            Optional.empty(),
            plain.session());
    open.add(ZookeeperCoordinator.follower(owned, List.of(GROUP), TrafficFeed.NONE));

    assertThatThrownBy(() -> ZookeeperCoordinator.follower(plain, List.of(GROUP), TrafficFeed.NONE))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("zookeeper.auth")
        .message()
        .doesNotContain("\n", "secret");
  }
}
