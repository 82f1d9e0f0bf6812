package io.understudy.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.app.config.Defaults;
import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.ValueConfig;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.Value;
import io.understudy.replication.stage.Contents;
import io.understudy.replication.stage.ValueChange;
import io.understudy.topology.Address;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ValueRulesTest {
  /** What a user would write. */
  public static final class Louder implements ValueChange {
    /** Made by name. */
    public Louder() {}

    @Override
    public Optional<Value> apply(byte[] key, Value value) {
      return value instanceof Value.Text(byte[] bytes)
          ? Optional.of(
              new Value.Text(
                  (new String(bytes, StandardCharsets.UTF_8) + "!")
                      .getBytes(StandardCharsets.UTF_8)))
          : Optional.empty();
    }
  }

  @Test
  void shouldAskClassOfOnesOwn() throws Exception {
    Contents contents = ValueRules.of(feed(Louder.class.getName(), Optional.empty()));

    byte[] key = "key".getBytes(StandardCharsets.UTF_8);
    assertThat(contents.apply(key, new Value.Text("hey".getBytes(StandardCharsets.UTF_8))))
        .hasValueSatisfying(
            value ->
                assertThat(value)
                    .isInstanceOfSatisfying(
                        Value.Text.class,
                        text -> assertThat(text.bytes()).asString().isEqualTo("hey!")));
    assertThat(contents.apply(key, new Value.Items(List.of(key)))).isEmpty();
  }

  @Test
  void shouldSayWhyClassCannotBeUsed() {
    assertThatThrownBy(() -> ValueRules.of(feed("com.example.Missing", Optional.empty())))
        .hasMessage(
            "com.example.Missing is not on the class path; correct the name, or say 'jar: FILE'"
                + " beside it");
    assertThatThrownBy(
            () -> ValueRules.of(feed("com.example.Missing", Optional.of(Path.of("no.jar")))))
        .hasMessage(
            "com.example.Missing is not in no.jar; correct the name, or say 'jar: FILE' beside it");
    assertThatThrownBy(() -> ValueRules.of(feed("java.lang.Object", Optional.empty())))
        .hasMessageStartingWith("java.lang.Object does not implement ");
    assertThatThrownBy(() -> ValueRules.of(feed("java.lang.Math", Optional.empty())))
        .hasMessage(
            "java.lang.Math cannot be made: it needs a public constructor without arguments that"
                + " works");
  }

  private static FeedConfig feed(String name, Optional<Path> jar) {
    return new FeedConfig(
        new Address("127.0.0.1", 6401),
        List.of(),
        List.of(),
        Set.of(),
        Set.of(),
        List.of(new ValueConfig("key", new ValueConfig.Change.OfClass(name, jar))),
        Optional.empty(),
        FeedConfig.Policies.DEFAULT,
        Optional.empty(),
        RdbTarget.Loss.REFUSED,
        Optional.empty(),
        Optional.empty(),
        Defaults.BACKLOG_BYTES,
        Defaults.MAX_VALUE_BYTES);
  }
}
