package io.understudy.proxy.backend;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.understudy.proxy.route.Limits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When commands leave, whose replies come, and what becomes of the rest; turn by turn. */
class SharedBackendTest {
  private static final String GET = "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n";
  private static final String SET = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n";
  private static final String READONLY =
      "-READONLY You can't write against a read only replica.\r\n";

  /** One write and no other. */
  private static final int MIX = 1;

  private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final RecordingTarget first = new RecordingTarget();
  private final RecordingTarget second = new RecordingTarget();
  private long nanos;
  private SharedBackend shared = open();

  private SharedBackend open() {
    Loop loop =
        new Loop(
            0,
            channel.eventLoop(),
            new Turn(tasks::add, () -> nanos),
            UnpooledByteBufAllocator.DEFAULT,
            null,
            Transport.EPOLL,
            new AtomicReference<>(Limits.DEFAULT),
            new Greetings(),
            Runnable::run,
            () -> 0);
    FixedFeed feed = new FixedFeed();
    BackendPool pool =
        new BackendPool(loop, feed, Post.PRIMARY, () -> Access.PLAIN, new TrafficLog());
    Backend backend =
        new Backend(
            loop,
            new Reign(feed, FixedFeed.TOPOLOGY, Post.PRIMARY),
            new PinnedSeatless(),
            Optional.empty());
    channel.pipeline().addLast(backend);
    return new SharedBackend(backend, pool, false);
  }

  /** Takes nothing: the shared connection takes its place at once. */
  private static final class PinnedSeatless implements Receiver {
    @Override
    public void received(Backend from, ByteBuf bytes) {
      throw new IllegalStateException("nothing is expected");
    }

    @Override
    public void writable(Backend backend) {}

    @Override
    public void closed(Backend backend) {}
  }

  @BeforeEach
  void activate() {
    channel.pipeline().fireChannelActive();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private void submit(RecordingTarget target, String commands, int count, long arrivedNanos) {
    ByteBuf bytes = Unpooled.copiedBuffer(commands, StandardCharsets.US_ASCII);
    shared.submit(target, bytes, 0, bytes.readableBytes(), count, MIX, arrivedNanos);
    bytes.release();
  }

  private void endTurn() {
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      task.run();
    }
  }

  private void answer(String replies) {
    channel.writeInbound(Unpooled.copiedBuffer(replies, StandardCharsets.US_ASCII));
  }

  private String written() {
    StringBuilder text = new StringBuilder();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      text.append(next.toString(StandardCharsets.US_ASCII));
      next.release();
    }
    return text.toString();
  }

  @Test
  void shouldWriteAtTheEndOfTheTurnWhenTheNodeIsIdle() {
    submit(first, GET, 1, 10);
    submit(second, GET, 1, 10);
    assertThat(written()).isEmpty();

    endTurn();
    assertThat(written()).isEqualTo(GET + GET);
  }

  @Test
  void shouldLetCommandsWaitForTheNextReplyWhileTheNodeIsBusy() {
    submit(first, GET, 1, 10);
    endTurn();
    assertThat(written()).isEqualTo(GET);

    submit(second, SET, 1, 10);
    endTurn();
    assertThat(written()).isEmpty();

    answer("$1\r\nv\r\n");
    assertThat(written()).isEqualTo(SET);
    assertThat(first.told).containsExactly("1 replies $1;v;");
  }

  @Test
  void shouldWriteToABusyNodeOnceManyRunsWait() {
    submit(first, GET, 1, 10);
    endTurn();
    assertThat(written()).isEqualTo(GET);

    for (int run = 0; run < Gathering.MOST_RUNS; run++) {
      assertThat(written()).isEmpty();
      submit(second, SET, 1, 10);
    }
    assertThat(written()).isEqualTo(SET.repeat(Gathering.MOST_RUNS));
  }

  @Test
  void shouldHandOneRunOfRepliesToEachTarget() {
    submit(first, GET + GET, 2, 10);
    submit(second, GET, 1, 10);
    submit(first, GET, 1, 10);
    endTurn();
    written();

    answer("+1\r\n+2\r\n+3\r\n+4\r\n");
    assertThat(first.told).containsExactly("2 replies +1;+2;", "1 replies +4;");
    assertThat(second.told).containsExactly("1 replies +3;");
  }

  @Test
  void shouldMeasureARunToItsLastReplyAndTellItsErrorsFirst() {
    submit(first, GET + SET, 2, 10);
    submit(second, SET, 1, 10);
    endTurn();
    written();

    nanos = 1_010;
    answer("-WRONGTYPE it is\r\n");
    assertThat(first.measured).isEmpty();
    assertThat(first.told).containsExactly("failed WRONGTYPE it is", "1 replies -WRONGTYPE it is;");

    nanos = 5_010;
    answer("+2\r\n+3\r\n");
    assertThat(first.measured).containsExactly("2 in 5000");
    assertThat(second.measured).containsExactly("1 in 5000");
  }

  @Test
  void shouldTellWrittenCommandsFromWaitingOnesWhenTheConnectionIsLost() {
    submit(first, GET, 1, 10);
    endTurn();
    submit(second, SET + GET, 2, 20);
    endTurn();
    written();

    var _ = channel.close();
    assertThat(first.told).containsExactly("1 unanswered");
    assertThat(second.told)
        .containsExactly("2 unsent " + (SET + GET).replace("\r\n", ";") + " of 20");
  }

  @Test
  void shouldGiveBackARefusedCommandWithTheTimeOfItsRun() {
    submit(first, GET, 1, 10);
    submit(first, SET, 1, 20);
    endTurn();
    written();

    answer("$-1\r\n" + READONLY);
    assertThat(first.told)
        .containsExactly("1 replies $-1;", "refused " + SET.replace("\r\n", ";") + " of 10");
  }

  @Test
  void shouldNotMixRunsThatArrivedFarApart() {
    long later = 10_000_000_000L;
    submit(first, GET, 1, 10);
    endTurn();
    submit(second, GET, 1, 20);
    submit(second, SET, 1, later);
    written();

    var _ = channel.close();
    assertThat(second.told)
        .containsExactly(
            "1 unsent " + GET.replace("\r\n", ";") + " of 20",
            "1 unsent " + SET.replace("\r\n", ";") + " of " + later);
  }
}
