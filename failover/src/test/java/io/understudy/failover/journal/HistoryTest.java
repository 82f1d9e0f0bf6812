package io.understudy.failover.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.failover.decide.Entry;
import io.understudy.topology.Epoch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HistoryTest {
  private static final String GROUP = "orders/eu";

  @TempDir private Path folder;

  private History history() {
    return new History(new LocalArchive(folder));
  }

  private static Entry entry(long number) {
    return new Entry(
        number, number, new Epoch(1), "steady", "number " + number, List.of(), "{\"a\":1}");
  }

  private static List<Entry> entries(long from, long to) {
    return LongStream.range(from, to).mapToObj(HistoryTest::entry).toList();
  }

  @Test
  void shouldFindEveryEntryWhateverCameTogether() throws IOException {
    long seed = System.nanoTime();
    var random = new Random(seed);
    List<Entry> all = new ArrayList<>();
    while (all.size() < 100) {
      long next = all.isEmpty() ? 1 : all.getLast().number() + 1 + random.nextInt(5);
      List<Entry> more = entries(next, next + 1 + random.nextInt(40));
      all.addAll(more);
      history().keep(GROUP, more);
    }

    assertThat(history().newest(GROUP, Integer.MAX_VALUE)).as("seed %d", seed).isEqualTo(all);
    assertThat(history().newest(GROUP, 7)).isEqualTo(all.subList(all.size() - 7, all.size()));
    for (Entry each : all) {
      assertThat(history().find(GROUP, each.number())).as("seed %d", seed).contains(each);
    }
    assertThat(history().find(GROUP, all.getLast().number() + 1)).isEmpty();
    assertThat(history().newest("users", 10)).isEmpty();
  }

  @Test
  void shouldKeepNothingTwiceWhenItIsTriedAgain() throws IOException {
    history().keep(GROUP, entries(1, 11));
    history().keep(GROUP, entries(5, 31));

    assertThat(history().newest(GROUP, 100)).isEqualTo(entries(1, 31));
  }

  @Test
  void shouldRemoveTheOldestPagesWhenThereAreTooMany() throws IOException {
    long most = (long) History.MOST_PAGES * History.ENTRIES_PER_PAGE;
    history().keep(GROUP, entries(1, most + 2));

    assertThat(history().newest(GROUP, Integer.MAX_VALUE))
        .isEqualTo(entries(1 + History.ENTRIES_PER_PAGE, most + 2));
  }

  @Test
  void shouldGoOnInAnotherPageWhenTheLastIsDamaged() throws IOException {
    history().keep(GROUP, entries(1, 18));
    Path damaged = folder.resolve("orders%2Feu.history").resolve("17");
    Files.writeString(damaged, "not a page");

    history().keep(GROUP, entries(18, 20));

    assertThat(history().find(GROUP, 19)).contains(entry(19));
    assertThat(history().find(GROUP, 3)).contains(entry(3));
    assertThat(damaged).hasContent("not a page");
  }
}
