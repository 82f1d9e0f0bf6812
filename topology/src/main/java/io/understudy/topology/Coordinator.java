package io.understudy.topology;

import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * The ports through which the keepers of a group agree, all of one kind.
 *
 * @param journal where each group's memory survives the process that decides
 * @param archive where the history of each group is kept
 * @param leadership whether this process may act for a group
 * @param publisher where it hands out what it decided
 * @param peers what the other keepers see
 * @param shared whether journal and publications are those of several processes, and stay as they
 *     are when this one dies
 */
public record Coordinator(
    Journal journal,
    Archive archive,
    Leadership leadership,
    Publisher publisher,
    Peers peers,
    boolean shared) {

  /** A process that decides alone and feeds nobody else's outputs. */
  public static Coordinator alone(Journal journal, Archive archive) {
    return new Coordinator(journal, archive, Leadership.ALONE, new OwnOutputs(), Peers.NONE, false);
  }

  /** Publishes to the same process, where an output has let go as soon as it was told. */
  private static final class OwnOutputs implements Publisher {
    private volatile Consumer<Topology> consumer = topology -> {};

    @Override
    public void publish(Topology topology) {
      consumer.accept(topology);
    }

    @Override
    public OptionalLong heldUntilNanos(String group) {
      return OptionalLong.empty();
    }

    @Override
    public boolean hasOthers() {
      return false;
    }

    @Override
    public boolean isDrained(String group) {
      return true; // the keeper asks the only proxy itself
    }

    @Override
    public void follow(Consumer<Topology> newConsumer) {
      consumer = newConsumer;
    }

    @Override
    public boolean isUpToDate() {
      return true;
    }
  }
}
