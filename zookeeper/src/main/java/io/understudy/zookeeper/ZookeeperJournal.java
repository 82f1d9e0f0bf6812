package io.understudy.zookeeper;

import io.understudy.topology.Journal;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * Journals as nodes, one per group, compressed. A save replaces exactly the version that it
 * follows, so that of two writers one is always refused.
 */
final class ZookeeperJournal implements Journal {
  /** ZooKeeper refuses requests of more than about 1 MB. */
  private static final int MAX_BYTES = 900 * 1024;

  private final Store store;

  ZookeeperJournal(Store store) {
    this.store = store;
  }

  @Override
  public Optional<Saved> load(String group) throws IOException {
    Optional<Store.Cell> cell = store.readNewest(Tree.journal(group));
    if (cell.isEmpty()) {
      return Optional.empty();
    }
    try (var text = new GZIPInputStream(new ByteArrayInputStream(cell.get().bytes()))) {
      return Optional.of(
          new Saved(
              new String(text.readAllBytes(), StandardCharsets.UTF_8), cell.get().version() + 1L));
    } catch (IOException e) {
      throw new IOException("the journal of " + group + " is damaged: " + e.getMessage(), e);
    }
  }

  @Override
  public long save(String group, String text, long follows) throws IOException {
    byte[] bytes = compressed(text);
    if (bytes.length > MAX_BYTES) {
      throw new IOException(
          "the journal of " + group + " has grown to " + bytes.length + " bytes, too big to save");
    }
    OptionalInt version =
        follows == 0
            ? made(group, bytes)
            : store.write(Tree.journal(group), bytes, Math.toIntExact(follows - 1));
    if (version.isEmpty()) {
      throw new IOException("another keeper has written the journal of " + group + " meanwhile");
    }
    return version.getAsInt() + 1L;
  }

  private OptionalInt made(String group, byte[] bytes) throws IOException {
    return store.create(Tree.journal(group), bytes, false).isPresent()
        ? OptionalInt.of(0)
        : OptionalInt.empty();
  }

  private static byte[] compressed(String text) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (var out = new GZIPOutputStream(bytes)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }
}
