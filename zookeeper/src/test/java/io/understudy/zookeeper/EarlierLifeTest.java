package io.understudy.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.zookeeper.EarlierLife.Finding;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EarlierLifeTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final EarlierLife life = new EarlierLife(Duration.ofSeconds(3));

  private static Store.Cell node(int version, long incarnation) {
    return new Store.Cell(new byte[0], version, incarnation, 7);
  }

  @Test
  void shouldFindThatAProcessLivesThatBeatsTwice() {
    assertThat(life.see(node(5, 1), 0)).isEqualTo(Finding.UNDECIDED);
    assertThat(life.see(node(6, 1), SECOND)).isEqualTo(Finding.UNDECIDED);
    assertThat(life.see(node(7, 1), 2 * SECOND)).isEqualTo(Finding.LIVES);
  }

  @Test
  void shouldTakeOneBeatForALateOne() {
    assertThat(life.see(node(5, 1), 0)).isEqualTo(Finding.UNDECIDED);
    assertThat(life.see(node(6, 1), SECOND)).isEqualTo(Finding.UNDECIDED);
    assertThat(life.see(node(6, 1), 4 * SECOND)).isEqualTo(Finding.UNDECIDED);
    assertThat(life.see(node(6, 1), 4 * SECOND + 1)).isEqualTo(Finding.SILENT);
  }

  @Test
  void shouldBeginAnewWithANodeThatWasMadeAgain() {
    assertThat(life.see(node(5, 1), 0)).isEqualTo(Finding.UNDECIDED);
    assertThat(life.see(node(6, 1), SECOND)).isEqualTo(Finding.UNDECIDED);
    assertThat(life.see(node(0, 2), 2 * SECOND)).isEqualTo(Finding.UNDECIDED);
    assertThat(life.see(node(1, 2), 3 * SECOND)).isEqualTo(Finding.UNDECIDED);
    assertThat(life.see(node(2, 2), 4 * SECOND)).isEqualTo(Finding.LIVES);
  }
}
