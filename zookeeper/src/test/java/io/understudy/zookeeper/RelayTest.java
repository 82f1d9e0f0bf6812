package io.understudy.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testkit.Eventually;
import io.understudy.topology.Coordinator;
import io.understudy.topology.TrafficFeed;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RelayTest {
  private static final String GROUP = "orders";
  private static final List<String> IDS = List.of("a", "b", "c");
  private static final Duration DEADLINE = Duration.ofSeconds(20);
  private static Ensemble server = Ensemble.of(0);

  private record Seat(String id, Coordinator coordinator, Relay relay) {
    boolean leads() {
      return coordinator.leadership().standing(GROUP).leads();
    }
  }

  private final List<ZookeeperCoordinator> open = new ArrayList<>();
  private final List<Seat> seats = new ArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

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

  private void sitDown() throws IOException {
    String prefix = "/test-" + System.nanoTime();
    for (String id : IDS) {
      var keeper =
          ZookeeperCoordinator.keeper(
              server.options(prefix),
              new KeeperIdentity(id, IDS, "same", List.of(GROUP), "here"),
              false,
              TrafficFeed.NONE);
      open.add(keeper);
      seats.add(new Seat(id, keeper.coordinator(), keeper.relay()));
    }
    Eventually.holds("somebody leads", () -> seats.stream().anyMatch(Seat::leads));
  }

  private void answerAtAll() {
    for (Seat each : seats) {
      each.relay()
          .begin(
              (group, request) -> {
                asked.add(each.id() + " " + group + " " + request);
                return each.id() + " did it";
              });
    }
  }

  private Seat leader() {
    return seats.stream().filter(Seat::leads).findFirst().orElseThrow();
  }

  private Seat other() {
    return seats.stream().filter(s -> !s.leads()).findFirst().orElseThrow();
  }

  @Test
  void shouldBeAnsweredByTheKeeperThatLeads() throws IOException {
    sitDown();
    answerAtAll();
    String leader = leader().id();

    assertThat(other().relay().ask(GROUP, "one\n\u00fc", DEADLINE)).contains(leader + " did it");
    assertThat(leader().relay().ask(GROUP, "two", DEADLINE)).isEmpty();
    assertThat(other().relay().ask("nobody's", "three", DEADLINE)).isEmpty();

    assertThat(asked).containsExactly(leader + " " + GROUP + " one\n\u00fc");
  }

  /** What its asker was told is not done must not be done later either. */
  @Test
  void shouldNotBeDoneAfterItWasWithdrawn() throws IOException {
    sitDown();

    assertThatThrownBy(() -> other().relay().ask(GROUP, "late", DEADLINE))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "keeper "
                + leader().id()
                + " acts for the group and did not take the request within 5 s; nothing was done");
    answerAtAll();

    assertThat(other().relay().ask(GROUP, "later", DEADLINE)).isPresent();
    assertThat(asked).containsExactly(leader().id() + " " + GROUP + " later");
  }

  @Test
  void shouldSayThatItMayHaveBeenDoneWhenTheAnswerIsMissing() throws IOException {
    sitDown();
    Seat leader = leader();
    leader
        .relay()
        .begin(
            (group, request) -> {
              throw new IllegalStateException("a defect, of which the asker hears nothing");
            });

    assertThatThrownBy(() -> other().relay().ask(GROUP, "x", Duration.ofSeconds(1)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("did not finish within 1 s; it may have been done or may be yet");
  }
}
