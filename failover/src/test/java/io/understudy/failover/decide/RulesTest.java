package io.understudy.failover.decide;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RulesTest {
  /** Run with {@code -Drules.write=true} to write the page after a change of the table. */
  @Test
  void shouldBeWhatTheDocumentationSays() throws IOException {
    Path page = Path.of(System.getProperty("understudy.root", ".."), "docs", "rules.md");
    if (Boolean.getBoolean("rules.write")) {
      Files.createDirectories(page.getParent());
      Files.writeString(page, Rules.describe());
    }

    assertThat(page).as("run this test with -Drules.write=true").hasContent(Rules.describe());
  }
}
