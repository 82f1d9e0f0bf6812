package io.understudy.failover.sim;

import io.understudy.failover.view.EpochMark;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** What a simulated server holds: the ids of writes, the mark, and whose data it is. */
final class Dataset {
  final Set<Long> writes = new LinkedHashSet<>();
  Optional<EpochMark> mark = Optional.empty();

  /** Names the origin of the data, which no server can see: data of two origins must never mix. */
  String origin = "none";

  Dataset copy() {
    var copy = new Dataset();
    copy.writes.addAll(writes);
    copy.mark = mark;
    copy.origin = origin;
    return copy;
  }

  boolean isEmpty() {
    return writes.isEmpty();
  }

  int keys() {
    return writes.size() + (mark.isPresent() ? 1 : 0);
  }

  boolean sameAs(Dataset other) {
    return writes.equals(other.writes) && Objects.equals(mark, other.mark);
  }

  /** One command of the replication stream. */
  sealed interface Command {
    int bytes();

    record Write(long id) implements Command {
      static final int BYTES = 100;

      @Override
      public int bytes() {
        return BYTES;
      }
    }

    record SetMark(EpochMark mark) implements Command {
      @Override
      public int bytes() {
        return 80;
      }
    }

    record DeleteMark() implements Command {
      @Override
      public int bytes() {
        return 40;
      }
    }

    record Ping() implements Command {
      @Override
      public int bytes() {
        return 14;
      }
    }
  }

  void apply(Command command) {
    switch (command) {
      case Command.Write write -> writes.add(write.id());
      case Command.SetMark set -> mark = Optional.of(set.mark());
      case Command.DeleteMark d -> mark = Optional.empty();
      case Command.Ping p -> {}
    }
  }
}
