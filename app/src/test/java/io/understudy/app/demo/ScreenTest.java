package io.understudy.app.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScreenTest {
  @Test
  void shouldShowEverythingOnTheSmallestTerminal() {
    List<String> lines =
        new Screen(Terminal.Size.LEAST)
            .draw(scene(List.of("14:00:00.000  YOU: kill -9 127.0.0.1:7001"))).stream()
                .map(ScreenTest::plain)
                .toList();

    assertThat(lines)
        .hasSize(24)
        .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(80));
    assertThat(lines.subList(0, 13))
        .containsExactly(
            " UNDERSTUDY  one address, 127.0.0.1:6379, in front of 3 x Redis 7.0.15     1:05",
            "─".repeat(80),
            "   127.0.0.1:7001   unknown  DEAD               -  refuses connections since 1.",
            " ▶ 127.0.0.1:7002   PRIMARY  up         1,234,567  answers",
            "   127.0.0.1:7003   replica  FROZEN             -  follows 127.0.0.1:7002 (up)",
            "─".repeat(80),
            " epoch 2, steady: 127.0.0.1:7002 is primary and 1 of 2 replicas follow it;",
            " 127.0.0.1:7001 refuses connections since 4.1 s ago (20 times)",
            "─".repeat(80),
            " a client writes: waiting 1,500 ms    ▁▄█",
            " acknowledged 12,345   longest pause 250 ms   failed 0   unknown 3",
            " looked up: lost 0   run twice 0   of the unknown 1 ran, 2 did not",
            "─".repeat(80));
    assertThat(lines.get(13)).isEqualTo(" 14:00:00.000  YOU: kill -9 127.0.0.1:7001");
    assertThat(lines.getLast())
        .isEqualTo(
            " k kill -9 primary  s freeze it/go on  r restart dead  e empty restart  q quit");
  }

  @Test
  void shouldShowTheNewestNewsWhenThereIsMoreThanFits() {
    List<String> news = new ArrayList<>(Collections.nCopies(50, "old " + "word ".repeat(40)));
    news.add("newest");

    List<String> lines = new Screen(Terminal.Size.LEAST).draw(scene(news));

    assertThat(lines).hasSize(24);
    assertThat(plain(lines.get(21))).isEqualTo(" newest");
  }

  @Test
  void shouldNeverBeLargerThanTheTerminal() {
    for (Terminal.Size size :
        List.of(new Terminal.Size(40, 10), new Terminal.Size(80, 24), new Terminal.Size(200, 60))) {
      List<String> lines = new Screen(size).draw(scene(List.of("word ".repeat(100))));
      assertThat(lines).as("%s", size).hasSizeLessThanOrEqualTo(size.rows());
    }
  }

  private static String plain(String line) {
    return line.replaceAll("\u001b\\[[0-9]*m", "").stripTrailing().replaceAll("…$", "");
  }

  private static Scene scene(List<String> news) {
    return new Scene(
        "Redis 7.0.15",
        "127.0.0.1:6379",
        "127.0.0.1:8000",
        65,
        2,
        "steady",
        "127.0.0.1:7002 is primary and 1 of 2 replicas follow it; 127.0.0.1:7001 refuses"
            + " connections since 4.1 s ago (20 times)",
        List.of(
            new Scene.Server(
                "127.0.0.1:7001",
                DemoServer.State.DEAD,
                "unknown",
                false,
                "-",
                "refuses connections since 1.0 s ago (5 times)"),
            new Scene.Server(
                "127.0.0.1:7002",
                DemoServer.State.RUNNING,
                "primary",
                true,
                "1,234,567",
                "answers"),
            new Scene.Server(
                "127.0.0.1:7003",
                DemoServer.State.FROZEN,
                "replica",
                false,
                "-",
                "follows 127.0.0.1:7002 (up)")),
        new WriteLog.Sums(12_345, 0, 3, 1, 2, 0, 0, 0, 250_000_000, Optional.empty()),
        1_700,
        List.of(0L, 1L, 50L, 100L),
        Optional.of(1_500L),
        news);
  }
}
