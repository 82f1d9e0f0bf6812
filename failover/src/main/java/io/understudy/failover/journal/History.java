package io.understudy.failover.journal;

import io.understudy.failover.decide.Entry;
import io.understudy.failover.text.RecordText;
import io.understudy.topology.Archive;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was done for groups: their entries in an {@link Archive}, compressed, a page named after its
 * first entry. The oldest pages are removed when there are too many.
 *
 * @param archive where the pages are
 */
public record History(Archive archive) {
  private static final Logger LOG = LoggerFactory.getLogger(History.class);

  /** With more, each new entry would have to rewrite more. */
  static final int ENTRIES_PER_PAGE = 16;

  /** A thousand operations, each of which takes up to eight changes. */
  static final int MOST_PAGES = 512;

  /** Protects memory from a wrong page; a page of entries is far smaller. */
  private static final int MOST_TEXT_BYTES = 64 << 20;

  /** What a page holds. */
  record Entries(List<Entry> entries) {
    Entries {
      entries = List.copyOf(entries);
    }
  }

  /**
   * Keeps entries for good, those that are kept already excepted.
   *
   * @param entries in the order of their numbers
   * @throws IOException when that is not certain; to be tried again with the same entries
   */
  public void keep(String group, List<Entry> entries) throws IOException {
    List<Long> pages = new ArrayList<>(archive.pages(group));
    List<Entry> page = new ArrayList<>();
    int version = Archive.ABSENT;
    if (!pages.isEmpty()) {
      Optional<Archive.Page> last = archive.read(group, pages.getLast());
      try {
        page.addAll(last.isPresent() ? parse(group, last.get()) : List.of());
        version = page.isEmpty() ? Archive.ABSENT : last.get().version();
      } catch (IOException e) {
        LOG.warn("{}; it stays as it is, and another page is begun", e.getMessage());
      }
    }
    long known = page.isEmpty() ? 0 : page.getLast().number();
    boolean changed = false;
    for (Entry entry : entries.stream().filter(e -> e.number() > known).toList()) {
      if (page.size() >= ENTRIES_PER_PAGE) {
        if (changed) {
          write(group, page, version);
        }
        page.clear();
        version = Archive.ABSENT;
      }
      if (page.isEmpty()) {
        pages.add(entry.number());
      }
      page.add(entry);
      changed = true;
    }
    if (changed) {
      write(group, page, version);
    }
    for (long old : pages.subList(0, Math.max(0, pages.size() - MOST_PAGES))) {
      archive.remove(group, old);
    }
  }

  private void write(String group, List<Entry> page, int version) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(RecordText.write(new Entries(page)).getBytes(StandardCharsets.UTF_8));
    }
    archive.write(group, page.getFirst().number(), bytes.toByteArray(), version);
  }

  /**
   * The newest entries, oldest first.
   *
   * @param most how many at most
   * @throws IOException when they cannot be read; one line
   */
  public List<Entry> newest(String group, int most) throws IOException {
    List<Entry> newest = new ArrayList<>();
    for (long number : archive.pages(group).reversed()) {
      if (newest.size() >= most) {
        break;
      }
      Optional<Archive.Page> page = archive.read(group, number);
      if (page.isPresent()) {
        newest.addAll(0, parse(group, page.get()));
      }
    }
    return List.copyOf(newest.subList(Math.max(0, newest.size() - most), newest.size()));
  }

  /**
   * An entry by its number; empty when it is not kept, or not any more.
   *
   * @throws IOException when its page cannot be read; one line
   */
  public Optional<Entry> find(String group, long number) throws IOException {
    for (long first : archive.pages(group).reversed()) {
      if (first <= number) {
        Optional<Archive.Page> page = archive.read(group, first);
        return page.isEmpty()
            ? Optional.empty()
            : parse(group, page.get()).stream().filter(e -> e.number() == number).findFirst();
      }
    }
    return Optional.empty();
  }

  private static List<Entry> parse(String group, Archive.Page page) throws IOException {
    try (var text = new GZIPInputStream(new ByteArrayInputStream(page.bytes()))) {
      byte[] bytes = text.readNBytes(MOST_TEXT_BYTES);
      return RecordText.read(new String(bytes, StandardCharsets.UTF_8), Entries.class).entries();
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException("the history of " + group + " cannot be read: " + e.getMessage(), e);
    }
  }
}
