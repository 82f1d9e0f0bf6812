package io.understudy.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.understudy.testkit.Eventually;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Lines that are logged while the places that they go to are exchanged. */
class LogOutletsTest {
  private static final class Place extends AppenderBase<ILoggingEvent> {
    private final List<String> lines = new ArrayList<>();

    Place() {
      start();
    }

    @Override
    protected void append(ILoggingEvent event) {
      lines.add(event.getFormattedMessage());
    }
  }

  private static LoggingEvent line(String text) {
    var event = new LoggingEvent();
    event.setMessage(text);
    return event;
  }

  @Test
  void shouldKeepALineThatComesInTheMiddleForTheNextPlace() throws InterruptedException {
    var outlets = new LogOutlets();
    var before = new Place();
    var after = new Place();
    outlets.become(() -> List.of(before));
    outlets.start();
    outlets.doAppend(line("one"));
    var other = new Thread(() -> outlets.doAppend(line("two")));
    outlets.become(
        () -> {
          assertThat(before.isStarted()).isFalse();
          other.start();
          Eventually.holds("it waits", () -> other.getState() == Thread.State.WAITING);
          return List.of(after);
        });
    other.join();
    outlets.doAppend(line("three"));

    assertThat(before.lines).containsExactly("one");
    assertThat(after.lines).containsExactly("two", "three");
    outlets.stop();
    assertThat(after.isStarted()).isFalse();
  }
}
