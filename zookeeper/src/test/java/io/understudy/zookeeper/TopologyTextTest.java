package io.understudy.zookeeper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.topology.Address;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.Verification;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TopologyTextTest {
  private static final Topology VERIFIED =
      new Topology(
          "orders",
          new Epoch(3),
          7,
          Optional.of(new Node(new Address("10.0.0.1", 6379), new RunId("one"))),
          List.of(new Node(new Address("10.0.0.2", 6379), new RunId("two"))),
          "a test",
          Optional.empty(),
          Optional.empty(),
          Optional.of(new Verification(Duration.ofMillis(700))));

  @Test
  void shouldReadTheTermsOfVerificationThatItWrote() throws IOException {
    assertThat(TopologyText.read(TopologyText.write(VERIFIED))).isEqualTo(VERIFIED);
  }

  @Test
  void shouldRefuseALeaseThatNoKeeperWaitsFor() {
    String text = new String(TopologyText.write(VERIFIED), UTF_8).replace("700", "70000");

    assertThatThrownBy(() -> TopologyText.read(text.getBytes(UTF_8)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("at most 1 s");
  }
}
