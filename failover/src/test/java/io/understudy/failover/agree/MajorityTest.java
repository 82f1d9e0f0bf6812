package io.understudy.failover.agree;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.view.NodeView;
import io.understudy.failover.view.Panel;
import io.understudy.failover.view.Reachability;
import io.understudy.topology.Address;
import io.understudy.topology.Peers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MajorityTest {
  private static final long SECOND = 1_000_000_000L;
  private static final long NOW = 1_000 * SECOND;
  private static final Duration DOWN_AFTER = Duration.ofSeconds(3);
  private static final int REFUSALS = 2;
  private static final Address PRIMARY = new Address("10.0.0.1", 6379);

  private static final Reachability ANSWERS = new Reachability.Answering(NOW);
  private static final Reachability REFUSED = new Reachability.Refused(NOW - SECOND, NOW, 2);
  private static final Reachability REFUSED_ONCE = new Reachability.Refused(NOW, NOW, 1);
  private static final Reachability LONG_SILENT = new Reachability.Silent(NOW - 4 * SECOND);
  private static final Reachability NEWLY_SILENT = new Reachability.Silent(NOW - SECOND);
  private static final Reachability NO_LOGIN = new Reachability.NoAuth(NOW, "WRONGPASS");

  private static NodeView seen(Reachability reachability) {
    return new NodeView(PRIMARY, reachability, Optional.empty());
  }

  /** What the others tell goes through its text, as between processes. */
  private static Panel panel(int members, Reachability... others) {
    List<Peers.Shared> shared = new ArrayList<>();
    for (Reachability each : others) {
      String text = Testimony.write(List.of(seen(each)), NOW, REFUSALS, "");
      shared.add(new Peers.Shared("k" + (shared.size() + 2), text, NOW, NOW));
    }
    return Testimony.panel(members, shared, 0);
  }

  private static Optional<String> objection(Reachability own, Panel panel) {
    return Majority.objection(panel, seen(own), NOW, DOWN_AFTER, REFUSALS);
  }

  @Test
  void shouldNeedNobodyElseWhenAKeeperIsAlone() {
    assertThat(objection(REFUSED, Panel.ALONE)).isEmpty();
  }

  @Test
  void shouldBearOutACrashThatAMajorityIsRefusedBy() {
    assertThat(objection(REFUSED, panel(3, REFUSED, ANSWERS))).isEmpty();
    assertThat(objection(REFUSED, panel(5, REFUSED, REFUSED, ANSWERS, ANSWERS))).isEmpty();
  }

  @Test
  void shouldObjectWhenAlone() {
    assertThat(objection(REFUSED, panel(3, ANSWERS, ANSWERS)).orElseThrow())
        .contains("1 of 3 keepers", "2 must", "k2 gets answers from it");
    assertThat(objection(LONG_SILENT, panel(3, ANSWERS, NEWLY_SILENT))).isPresent();
    assertThat(objection(REFUSED, panel(5, REFUSED, ANSWERS, ANSWERS, ANSWERS))).isPresent();
  }

  /** Members that are not heard of count against a loss. */
  @Test
  void shouldNeverCountThoseThatAreNotThere() {
    assertThat(objection(REFUSED, panel(3)).orElseThrow()).contains("no other is heard of");
    assertThat(objection(REFUSED, panel(5, REFUSED))).isPresent();
  }

  @Test
  void shouldBearOutSilenceOnlyWhenAMajorityHasWaited() {
    assertThat(objection(LONG_SILENT, panel(3, LONG_SILENT))).isEmpty();
    assertThat(objection(LONG_SILENT, panel(3, NEWLY_SILENT))).isPresent();
    Reachability longRefused = new Reachability.Refused(NOW - 4 * SECOND, NOW, 40);
    assertThat(objection(longRefused, panel(3, LONG_SILENT))).isEmpty();
  }

  @Test
  void shouldNotCountOneRefusalNorATroubleOfTheKeepersOwn() {
    assertThat(objection(REFUSED, panel(3, REFUSED_ONCE, NO_LOGIN)).orElseThrow())
        .contains("k3 does not know yet");
  }

  /** A view from before this process slept says nothing, and neither does no view at all. */
  @Test
  void shouldLeaveOutViewsFromBeforeASleep() {
    String refused = Testimony.write(List.of(seen(REFUSED)), NOW, REFUSALS, "");
    var stale = new Peers.Shared("k2", refused, NOW - 9 * SECOND, NOW - 5 * SECOND);
    var silent = new Peers.Shared("k3", "", NOW, NOW);

    assertThat(Testimony.panel(3, List.of(stale, silent), NOW - SECOND).witnesses()).isEmpty();
    assertThat(Testimony.panel(3, List.of(stale, silent), 0).witnesses()).hasSize(1);
  }

  @Test
  void shouldTellAgainOnlyWhatIsNew() {
    String first = Testimony.write(List.of(seen(NEWLY_SILENT)), NOW, REFUSALS, "");
    assertThat(Testimony.write(List.of(seen(NEWLY_SILENT)), NOW + SECOND, REFUSALS, first))
        .isSameAs(first);
    assertThat(Testimony.write(List.of(seen(ANSWERS)), NOW + SECOND, REFUSALS, first))
        .isNotEqualTo(first);
  }

  @Test
  void shouldLeaveTheGroupToThoseThatReachThePrimary() {
    assertThat(
            Majority.betterPlaced(panel(3, ANSWERS, ANSWERS), seen(LONG_SILENT), NOW, DOWN_AFTER))
        .containsExactly("k2", "k3");
    assertThat(
            Majority.betterPlaced(panel(3, ANSWERS, REFUSED), seen(LONG_SILENT), NOW, DOWN_AFTER))
        .isEmpty();
    assertThat(Majority.betterPlaced(panel(3, ANSWERS, ANSWERS), seen(ANSWERS), NOW, DOWN_AFTER))
        .isEmpty();
  }
}
