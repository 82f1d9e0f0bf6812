package io.understudy.zookeeper;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How often was published: at all, and of each part of the groups. Where a part's count is the same
 * as before, the topologies of its groups need not be read again.
 *
 * <p>Each publication counts once in all and once in its part, in the same transaction; so what was
 * counted at all since an earlier reading is what was counted in the parts, or the parts do not
 * tell everything (an older keeper, which knows of no parts, has published) and everything is read.
 *
 * @param published the count of all, read before the parts
 * @param after the same, read after them; another one if something was published meanwhile
 * @param parts the count of each part
 */
record PartCounts(int published, int after, List<Integer> parts) {
  private static final int MAX_TRIES = 4;

  /** Reads them, a few times if something is published meanwhile. */
  static PartCounts read(Store store, Runnable listener) throws IOException {
    List<String> names = new ArrayList<>();
    for (int part = 0; part < Tree.PARTS; part++) {
      names.add(Tree.part(part));
    }
    names.add(Tree.PUBLISHED);
    for (int tries = 1; ; tries++) {
      List<Integer> counts =
          store.readAll(Tree.PUBLISHED, listener, names).stream().map(PartCounts::countOf).toList();
      var read =
          new PartCounts(counts.getFirst(), counts.getLast(), counts.subList(1, counts.size() - 1));
      if (read.published == read.after || tries == MAX_TRIES) {
        return read;
      }
    }
  }

  /** How often a counter was written; {@link Store#ABSENT} when it is not there. */
  static int countOf(Optional<Store.Cell> counter) {
    return counter.map(Store.Cell::version).orElse(Store.ABSENT);
  }

  /** Whether the parts tell of everything that was published since an earlier reading. */
  boolean tellAllSince(PartCounts earlier) {
    return published == after && published - earlier.published == sum() - earlier.sum();
  }

  private int sum() {
    return parts.stream().mapToInt(Integer::intValue).sum();
  }

  /** Whether something may have been published of a group since an earlier reading. */
  boolean isNewsOf(String group, PartCounts earlier) {
    int part = Tree.partOf(group);
    return !parts.get(part).equals(earlier.parts.get(part));
  }
}
