package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.Range;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.Eventually;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import io.understudy.topology.Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.redisson.Redisson;
import org.redisson.api.RLock;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.StreamEntryID;
import redis.clients.jedis.params.XReadParams;

/** The Java clients that most programs use, each with its default settings, through the proxy. */
class JavaClientsTest {
  private static final int PIPELINED = 500;

  @EachServer
  void shouldServeJedis(ServerVersion version) throws Exception {
    try (RedisServer server = RedisServer.start(version);
        Rig rig = Rig.before(server);
        RedisClient client = RedisClient.create(rig.address().host(), rig.address().port())) {
      assertThat(client.set("a", "1")).isEqualTo("OK");
      assertThat(client.incr("a")).isEqualTo(2);
      try (AbstractPipeline pipeline = client.pipelined()) {
        List<Response<Long>> counts = new ArrayList<>();
        for (int i = 0; i < PIPELINED; i++) {
          counts.add(pipeline.incr("n"));
        }
        pipeline.sync();
        assertThat(counts.getLast().get()).isEqualTo(PIPELINED);
      }
      try (AbstractTransaction transaction = client.multi()) {
        transaction.set("m", "1");
        Response<Long> count = transaction.incr("m");
        assertThat(transaction.exec()).hasSize(2);
        assertThat(count.get()).isEqualTo(2);
      }
      assertThat(client.eval("return {KEYS[1], ARGV[1]}", List.of("k"), List.of("v")))
          .isEqualTo(List.of("k", "v"));
      StreamEntryID id = client.xadd("s", StreamEntryID.NEW_ENTRY, Map.of("f", "v"));
      assertThat(
              client
                  .xread(XReadParams.xReadParams().count(1), Map.of("s", new StreamEntryID("0-0")))
                  .getFirst()
                  .getValue()
                  .getFirst()
                  .getID())
          .isEqualTo(id);
      assertThat(client.scan("0").getResult()).isNotEmpty();
      var heard = new ConcurrentLinkedQueue<String>();
      JedisPubSub listener =
          new JedisPubSub() {
            @Override
            public void onMessage(String channel, String message) {
              heard.add(channel + message);
            }
          };
      Thread subscriber = Thread.startVirtualThread(() -> client.subscribe(listener, "c"));
      Eventually.holds("a message comes", () -> client.publish("c", "!") > 0 && !heard.isEmpty());
      listener.unsubscribe();
      subscriber.join();
      try (Jedis old = new Jedis(rig.address().host(), rig.address().port())) {
        Thread pushing = Thread.startVirtualThread(() -> client.rpush("list", "x"));
        assertThat(old.blpop(20, "list")).containsExactly("list", "x");
        pushing.join();
      }
    }
  }

  @EachServer
  void shouldServeLettuce(ServerVersion version) throws Exception {
    try (RedisServer server = RedisServer.start(version);
        Rig rig = Rig.before(server);
        io.lettuce.core.RedisClient client = lettuce(rig.address());
        StatefulRedisConnection<String, String> connection = client.connect();
        StatefulRedisConnection<String, String> other = client.connect()) {
      RedisCommands<String, String> commands = connection.sync();
      assertThat(commands.set("a", "1")).isEqualTo("OK");
      var last = connection.async().incr("n");
      for (int i = 1; i < PIPELINED; i++) {
        last = connection.async().incr("n");
      }
      assertThat(last.get(20, TimeUnit.SECONDS)).isEqualTo(PIPELINED);
      commands.multi();
      commands.incr("a");
      TransactionResult result = commands.exec();
      assertThat(result.<Long>get(0)).isEqualTo(2);
      commands.watch("a");
      other.sync().set("a", "9");
      commands.multi();
      commands.incr("a");
      assertThat(commands.exec().wasDiscarded()).isTrue();
      assertThat(
              commands.<List<String>>eval(
                  "return {KEYS[1], ARGV[1]}", ScriptOutputType.MULTI, new String[] {"k"}, "v"))
          .containsExactly("k", "v");
      String id = commands.xadd("s", Map.of("f", "v"));
      assertThat(commands.xrange("s", Range.unbounded()).getFirst().getId()).isEqualTo(id);
      KeyScanCursor<String> scanned = commands.scan(ScanArgs.Builder.limit(1000));
      assertThat(scanned.getKeys()).contains("a", "n", "s");
      var invalidated = new ConcurrentLinkedQueue<String>();
      connection.addListener(push -> invalidated.add(push.getType()));
      commands.clientTracking(TrackingArgs.Builder.enabled());
      commands.get("a");
      other.sync().set("a", "10");
      Eventually.holds("the key is invalidated", () -> invalidated.contains("invalidate"));
      commands.clientTracking(TrackingArgs.Builder.enabled(false));
      var heard = new ConcurrentLinkedQueue<String>();
      try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub()) {
        subscriber.addListener(
            new RedisPubSubAdapter<String, String>() {
              @Override
              public void message(String channel, String message) {
                heard.add(channel + message);
              }
            });
        subscriber.sync().subscribe("c");
        commands.publish("c", "!");
        Eventually.holds("the message comes", () -> heard.contains("c!"));
      }
      var popped = other.async().blpop(20, "list");
      commands.rpush("list", "x");
      assertThat(popped.get(20, TimeUnit.SECONDS).getValue()).isEqualTo("x");
    }
  }

  private static io.lettuce.core.RedisClient lettuce(Address address) {
    return io.lettuce.core.RedisClient.create("redis://" + address);
  }

  @Test
  void shouldMakeLettucePatientDuringAFailoverWithNotices() throws Exception {
    Duration usual = Duration.ofMillis(400);
    try (RedisServer first = RedisServer.start(ServerVersion.usual());
        RedisServer second = RedisServer.start(ServerVersion.usual());
        Rig rig = Rig.before(first);
        io.lettuce.core.RedisClient client = lettuce(rig.address())) {
      client.setOptions(
          ClientOptions.builder()
              .timeoutOptions(
                  TimeoutOptions.builder()
                      .timeoutCommands()
                      .fixedTimeout(usual)
                      .relaxedTimeoutsDuringMaintenance(Duration.ofSeconds(20))
                      .build())
              .build());
      try (StatefulRedisConnection<String, String> connection = client.connect()) {
        var pushes = new ConcurrentLinkedQueue<String>();
        connection.addListener(push -> pushes.add(push.getType()));
        connection.sync().set("a", "1");
        first.kill9();
        Eventually.holds("it is told of the start", () -> pushes.contains("FAILING_OVER"));
        var held = connection.async().set("a", "2");
        // Longer than the client waits for anything it was not told of.
        assertThat(held.await(3 * usual.toMillis(), TimeUnit.MILLISECONDS)).isFalse();
        rig.feed.crown(second);
        assertThat(held.get(20, TimeUnit.SECONDS)).isEqualTo("OK");
        Eventually.holds("it is told of the end", () -> pushes.contains("FAILED_OVER"));
        assertThat(second.command("GET", "a")).isEqualTo("2");
      }
    }
  }

  @EachServer
  void shouldServeRedisson(ServerVersion version) throws Exception {
    try (RedisServer server = RedisServer.start(version);
        Rig rig = Rig.before(server)) {
      Config config = new Config().setCodec(StringCodec.INSTANCE);
      config.useSingleServer().setAddress("redis://" + rig.address());
      RedissonClient client = Redisson.create(config);
      try {
        client.getBucket("a").set("1");
        assertThat(client.getAtomicLong("a").incrementAndGet()).isEqualTo(2);
        assertThat(client.getMap("m").put("k", "v")).isNull();
        assertThat(client.getMap("m").get("k")).isEqualTo("v");
        RLock lock = client.getLock("lock");
        assertThat(lock.tryLock(0, 20, TimeUnit.SECONDS)).isTrue();
        assertThat(lock.isLocked()).isTrue();
        lock.unlock();
        var heard = new ConcurrentLinkedQueue<String>();
        RTopic topic = client.getTopic("c");
        topic.addListener(String.class, (channel, message) -> heard.add(message));
        topic.publish("!");
        Eventually.holds("the message comes", () -> heard.contains("!"));
        var batch = client.createBatch();
        for (int i = 0; i < PIPELINED; i++) {
          var _ = batch.getAtomicLong("n").incrementAndGetAsync();
        }
        assertThat(batch.execute().getResponses().getLast()).isEqualTo((long) PIPELINED);
        var popping = client.getBlockingQueue("list").pollAsync(20, TimeUnit.SECONDS);
        client.getQueue("list").add("x");
        assertThat(popping.toCompletableFuture().get(20, TimeUnit.SECONDS)).isEqualTo("x");
        assertThat(client.getKeys().count()).isPositive();
      } finally {
        client.shutdown(0, 5, TimeUnit.SECONDS);
      }
    }
  }
}
