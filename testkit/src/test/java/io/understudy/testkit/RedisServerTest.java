package io.understudy.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;

class RedisServerTest {
  @EachServer
  void shouldBeTheVersionThatWasAskedFor(ServerVersion version) {
    try (var server = RedisServer.start(version)) {
      String field =
          version.family() == ServerVersion.Family.VALKEY ? "valkey_version" : "redis_version";
      assertThat(server.info(field)).startsWith(version.major() + "." + version.minor() + ".");
    }
  }

  @EachServer
  void shouldForgetItsDataOnlyWhenRestartedEmpty(ServerVersion version) {
    try (var server = RedisServer.start(version)) {
      server.command("SET", "key", "value");
      server.save();
      String run = server.info("run_id");

      server.restartWithData();
      assertThat(server.command("GET", "key")).isEqualTo("value");
      assertThat(server.info("run_id")).isNotEqualTo(run);

      server.restartEmpty();
      assertThat(server.command("DBSIZE")).isEqualTo("0");
    }
  }

  @EachServer
  void shouldKeepWhatTheServerRewroteOverARestart(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 1)) {
      set.replica(0).command("REPLICAOF", "NO", "ONE");
      set.replica(0).command("CONFIG", "REWRITE");

      set.replica(0).restartWithData();

      assertThat(set.replica(0).info("role")).isEqualTo("master");
    }
  }

  @EachServer
  void shouldRefuseToRewriteWithoutAFile(ServerVersion version) {
    try (var server = RedisServer.startWithoutFile(version)) {
      assertThat(server.call("CONFIG", "REWRITE")).isInstanceOf(Reply.Failure.class);
    }
  }

  @EachServer
  void shouldStartReplicasInSync(ServerVersion version) {
    try (var set = ReplicaSet.start(version, 2)) {
      set.primary().command("SET", "key", "value");
      set.awaitInSync();

      for (RedisServer replica : set.replicas()) {
        assertThat(replica.command("GET", "key")).isEqualTo("value");
      }
    }
  }

  @EachServer
  void shouldEndWithKill9AndAnswerAgainAfterStopAndResume(ServerVersion version)
      throws IOException {
    try (var server = RedisServer.start(version);
        var client = server.connect()) {
      server.stop();
      client.send("PING");
      server.resume();
      assertThat(client.read()).isEqualTo(new Reply.Text("PONG"));

      server.kill9();
      assertThat(server.isRunning()).isFalse();
      assertThatThrownBy(client::read).isInstanceOf(IOException.class);
    }
  }
}
