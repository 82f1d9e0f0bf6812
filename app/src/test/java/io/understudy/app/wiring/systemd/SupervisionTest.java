package io.understudy.app.wiring.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.util.concurrent.Future;
import io.understudy.app.systemd.ServiceSocket;
import io.understudy.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When systemd's watchdog is told that this process is well. */
class SupervisionTest {
  private static final int SEVERAL = 3;

  @TempDir private Path folder;

  /** A process with one event loop. */
  private static final class Subject implements Supervision.Subject {
    private final EventLoop loop;
    private final AtomicInteger stuck = new AtomicInteger();

    Subject(EventLoop loop) {
      this.loop = loop;
    }

    @Override
    public long process() {
      return 1;
    }

    @Override
    public String status() {
      return "well";
    }

    @Override
    public boolean turns(Duration most) {
      Future<?> turn = loop.submit(() -> {});
      boolean turned = turn.awaitUninterruptibly(most.toMillis());
      if (!turned) {
        stuck.incrementAndGet();
      }
      return turned;
    }
  }

  @Test
  void shouldNotTellTheWatchdogWhileAnEventLoopIsStuck() {
    String name = folder.resolve("notify").toString();
    Map<String, String> variables = Map.of("NOTIFY_SOCKET", name, "WATCHDOG_USEC", "60000");
    var loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    try (ServiceSocket systemd = ServiceSocket.at(name)) {
      Subject subject = new Subject(loops.next());
      try (Supervision supervision =
          Supervision.of(
              variable -> Optional.ofNullable(variables.get(variable)),
              false,
              subject,
              System::nanoTime)) {
        supervision.serves(false);
        Eventually.holds("the watchdog is told", () -> systemd.count("WATCHDOG=1") >= SEVERAL);

        CountDownLatch released = new CountDownLatch(1);
        var stuck = subject.loop.submit(() -> released.await(1, TimeUnit.MINUTES));
        // What was sent before that is heard after a moment.
        Eventually.holds("it is stuck", () -> subject.stuck.get() > SEVERAL);
        long before = systemd.count("WATCHDOG=1");
        Eventually.holds("it stays so", () -> subject.stuck.get() > 2 * SEVERAL);
        assertThat(systemd.count("WATCHDOG=1")).isEqualTo(before);
        released.countDown();
        Eventually.holds("it is well again", () -> systemd.count("WATCHDOG=1") > before);
        assertThat(stuck.awaitUninterruptibly(1, TimeUnit.MINUTES)).isTrue();
      }
    } finally {
      loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAnAddress() {
    assertThatThrownBy(() -> NotifySocket.at("/" + "x".repeat(200)))
        .hasMessage("NOTIFY_SOCKET: longer than 107 bytes, too long for a unix socket");
    assertThatThrownBy(() -> NotifySocket.at("vsock:2:1"))
        .hasMessageContaining("is neither an absolute path nor '@' and a name");
  }

  @Test
  void shouldWordNoticesAsOneLineEach() {
    assertThat(
            Notice.text(
                List.of(new Notice.MainProcess(42), new Notice.Ready(), new Notice.Status("a\nb"))))
        .isEqualTo("MAINPID=42\nREADY=1\nSTATUS=a b");
    assertThat(Notice.text(List.of(new Notice.Status("x".repeat(1000)))))
        .hasSizeLessThanOrEqualTo("STATUS=".length() + Notice.MOST_STATUS);
  }
}
