package io.understudy.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ReplicaSet;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeeperRestartTest {
  @EachServer
  void shouldGoOnWithWhatItPublished(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1)) {
      Path folder;
      try (var before = Watched.over(set.nodes())) {
        before.awaitWhole(set.primary(), set.replicas());
        folder = before.folder();
      }
      try (var after = Watched.at(folder, addresses(set), Watched.KeeperSettings.QUICK)) {
        after.awaitWhole(set.primary(), set.replicas());
        assertThat(after.current().epoch().number()).isEqualTo(1);
      }
    }
  }

  @EachServer
  void shouldNeverAdoptAStalePrimary(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2)) {
      Path folder;
      RedisServer second;
      RedisServer third;
      try (var before = Watched.over(set.nodes())) {
        before.awaitWhole(set.primary(), set.replicas());
        set.primary().save();
        set.primary().kill9();
        second = before.awaitSuccessor(1, set.replicas());
        third = second == set.replica(0) ? set.replica(1) : set.replica(0);
        before.awaitWhole(second, List.of(third));
        second.command("SET", "key", "newer");
        before.await("replicated", () -> third.command("GET", "key").equals("newer"));
        folder = before.folder();
      }
      // While nobody watches, the present primary dies and the one before it returns as a primary.
      second.kill9();
      set.primary().restartWithData();
      assertThat(set.primary().info("role")).isEqualTo("master");

      try (var after = Watched.at(folder, addresses(set), Watched.KeeperSettings.QUICK)) {
        after.awaitWhole(third, List.of(set.primary()));
        assertThat(set.primary().command("GET", "key")).isEqualTo("newer");
        assertThat(after.published())
            .noneMatch(
                t ->
                    t.primary()
                        .filter(p -> p.address().equals(set.primary().address()))
                        .isPresent());
      }
    }
  }

  /** The keeper ends at some point of the failover; the next one finishes it. */
  @ParameterizedTest
  @ValueSource(strings = {"bereft", "crashed", "carry-on", "stray"})
  void shouldFinishWhatTheKeeperBeforeItBegan(String rule) {
    ServerVersion version = ServerVersion.usual();
    try (var set = ReplicaSet.start(version, 2)) {
      Path folder;
      try (var before = Watched.over(set.nodes())) {
        before.awaitWhole(set.primary(), set.replicas());
        set.primary().command("SET", "key", "value");
        set.awaitInSync();
        folder = before.folder();
        before.closeAtRule(rule);
        set.primary().kill9();
        before.await(
            "a failover began", () -> before.rules().contains("crashed") || before.isClosed());
      }
      try (var after = Watched.at(folder, addresses(set), Watched.KeeperSettings.QUICK)) {
        RedisServer primary = after.awaitSuccessor(1, set.replicas());
        RedisServer other = primary == set.replica(0) ? set.replica(1) : set.replica(0);
        after.awaitWhole(primary, List.of(other));
        assertThat(primary.command("GET", "key")).isEqualTo("value");
      }
    }
  }

  @Test
  void shouldChangeNothingWithADamagedJournal() throws IOException {
    try (var set = ReplicaSet.start(ServerVersion.usual(), 1)) {
      Path folder;
      try (var before = Watched.over(set.nodes())) {
        before.awaitWhole(set.primary(), set.replicas());
        folder = before.folder();
      }
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file :
            files.filter(Files::isRegularFile).filter(f -> !f.endsWith("lock")).toList()) {
          byte[] bytes = Files.readAllBytes(file);
          bytes[bytes.length / 2] ^= 1;
          Files.write(file, bytes);
        }
      }
      try (var after = Watched.at(folder, addresses(set), Watched.KeeperSettings.QUICK)) {
        after.awaitRule("no-journal");
        assertThat(after.status().decision().reason()).contains("damaged").doesNotContain("\n");
        assertThat(after.current().primary()).isEmpty();
      }
    }
  }

  @EachServer
  void shouldRefuseAGroupThatAnotherKeeperLooksAfter(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var first = Watched.over(set.nodes())) {
      first.awaitWhole(set.primary(), set.replicas());

      try (var second = Watched.over(set.nodes())) {
        second.await(
            "it refuses and names the other",
            () -> second.status().decision().reason().contains(first.journal().owner()));
        assertThat(second.current().primary()).isEmpty();
        assertThat(set.primary().command("GET", "{understudy}:epoch"))
            .isEqualTo("1 " + first.journal().owner());

        first.end();
        second.awaitWhole(set.primary(), set.replicas());
        assertThat(set.primary().command("GET", "{understudy}:epoch"))
            .endsWith(second.journal().owner());
      }
    }
  }

  /** No server tells whose the group is when all came back empty. */
  @EachServer
  void shouldNotBothBeginWithServersThatCameBackEmpty(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1);
        var first = Watched.over(set.nodes())) {
      first.awaitWhole(set.primary(), set.replicas());
      try (var second = Watched.over(set.nodes())) {
        second.await(
            "it is not the first",
            () -> second.status().decision().reason().contains(first.journal().owner()));
        set.nodes().forEach(RedisServer::kill9);
        first.await("nothing is published", () -> first.current().primary().isEmpty());
        set.nodes().forEach(RedisServer::restartEmpty);

        // Whoever was there alone when it looked may begin; the other, or both, name each other.
        for (Watched each : List.of(first, second)) {
          Watched other = each == first ? second : first;
          each.await(
              "it begins, or names the other",
              () ->
                  each.current().primary().isPresent()
                      || each.status().decision().reason().contains(other.journal().owner()));
        }
        assertThat(List.of(first, second))
            .filteredOn(each -> each.current().primary().isPresent())
            .hasSizeLessThan(2);
      }
    }
  }

  private static List<Address> addresses(ReplicaSet set) {
    return set.nodes().stream().map(RedisServer::address).toList();
  }
}
