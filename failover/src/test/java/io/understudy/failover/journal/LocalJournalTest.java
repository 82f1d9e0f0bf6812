package io.understudy.failover.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.failover.decide.GroupJournal;
import io.understudy.failover.text.RecordText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalJournalTest {
  private static final long SEED = 20_261_120;

  @TempDir Path folder = Path.of("");

  @Test
  void shouldGiveBackWhatWasSaved() throws IOException {
    try (var journal = LocalJournal.open(folder)) {
      long first = journal.save("a/b c", "one\ntwo é", 0);
      long second = journal.save("a/b c", "three", first);

      assertThat(second).isEqualTo(2);
      assertThat(journal.load("a/b c"))
          .hasValueSatisfying(s -> assertThat(s.text()).isEqualTo("three"));
      assertThat(journal.load("other")).isEmpty();
    }
  }

  @Test
  void shouldRefuseToSaveOverAnotherWritersRevision() throws IOException {
    try (var journal = LocalJournal.open(folder)) {
      journal.save("g", "one", 0);

      assertThatThrownBy(() -> journal.save("g", "two", 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another writer");
    }
  }

  @Test
  void shouldRefuseASecondProcessInTheSameFolder() throws IOException {
    try (var journal = LocalJournal.open(folder)) {
      assertThat(journal.load("g")).isEmpty();
      assertThatThrownBy(() -> LocalJournal.open(folder))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another understudy process");
    }
    LocalJournal.open(folder).close();
  }

  @Test
  void shouldLetASuccessorReadAtOnceAndWriteWhenThePredecessorHasEnded() throws IOException {
    var old = LocalJournal.open(folder);
    try (var fresh = LocalJournal.behind(folder)) {
      long first = old.save("g", "one", 0);
      assertThat(fresh.load("g")).hasValueSatisfying(s -> assertThat(s.text()).isEqualTo("one"));
      assertThatThrownBy(() -> fresh.save("g", "two", first))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("another process has this state folder");
      old.close();
      fresh.awaitLock();
      assertThat(fresh.save("g", "two", first)).isEqualTo(2);
      assertThatThrownBy(() -> LocalJournal.open(folder)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void shouldRefuseAFileWithAnyByteDamagedAndLeaveItAsItIs() throws IOException {
    Path file = folder.resolve("g.journal");
    try (var journal = LocalJournal.open(folder)) {
      journal.save("g", "some text that matters", 0);
      byte[] good = Files.readAllBytes(file);
      var random = new Random(SEED);
      for (int at = 0; at < good.length; at++) {
        byte[] bad = good.clone();
        bad[at] = (byte) (bad[at] ^ (1 << random.nextInt(7)));
        Files.write(file, bad);

        assertThatThrownBy(() -> journal.load("g"))
            .as("byte %d, seed %d", at, SEED)
            .isInstanceOf(IOException.class)
            .hasMessageContaining(file.toString());
        assertThat(Files.readAllBytes(file)).isEqualTo(bad);
      }
    }
  }

  @Test
  void shouldRefuseAnEmptyATruncatedAndANewerFile() throws IOException {
    Path file = folder.resolve("g.journal");
    try (var journal = LocalJournal.open(folder)) {
      journal.save("g", "some text", 0);
      String good = Files.readString(file);

      for (String bad : new String[] {"", good.substring(0, good.length() - 1), "hello\n"}) {
        Files.writeString(file, bad);
        assertThatThrownBy(() -> journal.load("g")).isInstanceOf(IOException.class);
      }
      Files.writeString(file, good.replace("journal 1", "journal 2"));
      assertThatThrownBy(() -> journal.load("g")).hasMessageContaining("newer understudy");
    }
  }

  @Test
  void shouldKeepTheOwnerAcrossRestartsAndRefuseAnotherGroupsJournal() throws IOException {
    try (var journal = LocalJournal.open(folder)) {
      assertThat(JournalStore.open(journal, "g", "me").durable().owner()).isEqualTo("me");
      assertThat(JournalStore.open(journal, "g", "you").durable().owner()).isEqualTo("me");

      journal.save("h", RecordText.write(GroupJournal.empty("g", "me")), 0);
      assertThatThrownBy(() -> JournalStore.open(journal, "h", "me"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("belongs to another group");
    }
  }
}
