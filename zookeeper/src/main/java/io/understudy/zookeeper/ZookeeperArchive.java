package io.understudy.zookeeper;

import io.understudy.topology.Archive;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Pages as nodes below one node per group. */
final class ZookeeperArchive implements Archive {
  /** ZooKeeper refuses requests of more than about 1 MB. */
  private static final int MAX_BYTES = 900 * 1024;

  private final Store store;

  ZookeeperArchive(Store store) {
    this.store = store;
  }

  @Override
  public List<Long> pages(String group) throws IOException {
    if (store.readNewest(Tree.history(group)).isEmpty()) {
      return List.of();
    }
    return store.childrenNewest(Tree.history(group)).stream().map(Long::valueOf).sorted().toList();
  }

  @Override
  public Optional<Page> read(String group, long number) throws IOException {
    return store
        .readNewest(Tree.page(group, number))
        .map(cell -> new Page(cell.bytes(), cell.version()));
  }

  @Override
  public void write(String group, long number, byte[] bytes, int version) throws IOException {
    if (bytes.length > MAX_BYTES) {
      throw new IOException("a page of the history of " + group + " is too big to save");
    }
    boolean written;
    if (version == ABSENT) {
      var _ = store.create(Tree.history(group), new byte[0], false);
      written = store.create(Tree.page(group, number), bytes, false).isPresent();
    } else {
      written = store.write(Tree.page(group, number), bytes, version).isPresent();
    }
    if (!written) {
      throw new IOException("another keeper has written the history of " + group + " meanwhile");
    }
  }

  @Override
  public void remove(String group, long number) throws IOException {
    store.delete(Tree.page(group, number), Store.ANY);
  }
}
