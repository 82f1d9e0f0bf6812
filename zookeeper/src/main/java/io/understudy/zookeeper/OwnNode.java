package io.understudy.zookeeper;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The ephemeral node that says that this keeper lives. Confined to one thread.
 *
 * <p>Its version is the fence: a beat names the version of the one before, and another keeper that
 * removes the node names it too, so that only one of the two succeeds.
 */
final class OwnNode {
  private final Store store;
  private final String id;
  private final String name;
  private long incarnation;
  private int version;

  OwnNode(Store store, String id) {
    this.store = store;
    this.id = id;
    this.name = Tree.keeper(id);
  }

  /** This life; incarnation 0 while it has no node. */
  Holder holder() {
    return new Holder(id, incarnation);
  }

  /**
   * Makes the node, or finds that it is there already from an attempt whose answer was lost.
   *
   * @return what holds the id instead: a node of another session; empty when the id is this one's
   */
  Optional<Store.Cell> register(byte[] text) throws IOException {
    Optional<Store.Cell> made = store.create(name, text, true);
    if (made.isEmpty()) {
      Store.Cell there =
          store
              .readNewest(name)
              .orElseThrow(() -> new IOException("keeper " + id + " has only just left"));
      if (there.owner() != store.session()) {
        return Optional.of(there);
      }
      made = Optional.of(there);
    }
    incarnation = made.get().incarnation();
    version = made.get().version();
    return Optional.empty();
  }

  /**
   * One beat. When it returns true, a majority of the ensemble has it.
   *
   * @return false when it was refused; then {@link #holder} says whether this life goes on
   */
  boolean beat(byte[] text) throws IOException {
    OptionalInt written = store.write(name, text, version);
    if (written.isPresent()) {
      version = written.getAsInt();
      return true;
    }
    // Removed; or the answer to an earlier beat was lost, for nobody else writes to it.
    Optional<Store.Cell> there = store.readNewest(name);
    if (there.isPresent() && there.get().incarnation() == incarnation) {
      version = there.get().version();
    } else {
      incarnation = 0;
    }
    return false;
  }

  /** Removes a node that was not beaten on since {@code silentVersion}. */
  void bury(String keeper, int silentVersion) throws IOException {
    store.delete(Tree.keeper(keeper), silentVersion);
  }

  /** Ends this life, so that others need not wait for it to be silent. */
  void leave() throws IOException {
    if (incarnation != 0) {
      store.delete(name, version);
      incarnation = 0;
    }
  }
}
