package io.understudy.zookeeper;

import java.io.IOException;
import java.util.OptionalInt;

/** The node that says who leads what, as it was last read. Confined to one thread. */
final class Leaders {
  /** Leads a group that was given up to whoever comes first. */
  static final Holder NOBODY = new Holder("-", 0);

  private final Store store;
  private Assignments assignments = Assignments.none();
  private int version = Store.ABSENT;

  Leaders(Store store) {
    this.store = store;
  }

  Assignments now() {
    return assignments;
  }

  void read(Runnable listener) throws IOException {
    Store.Cell cell =
        store
            .read(Tree.LEADERS, listener)
            .orElseThrow(() -> new IOException("zookeeper: nothing says who leads what"));
    if (cell.version() != version) {
      assignments = Assignments.parse(cell.bytes());
      version = cell.version();
    }
  }

  /**
   * Replaces exactly what was read last.
   *
   * @return false when another keeper was quicker, and it must be read again
   */
  boolean write(Assignments next) throws IOException {
    OptionalInt written = store.write(Tree.LEADERS, next.bytes(), version);
    if (written.isEmpty()) {
      return false;
    }
    version = written.getAsInt();
    assignments = next;
    return true;
  }
}
