package io.understudy.replication.stage;

import java.util.List;

/** What becomes of a command on its way to one part of a dataset. */
public sealed interface Ruling {
  /** The command goes on as it is. */
  record Pass() implements Ruling {}

  /** Nothing of it concerns this part. */
  record Drop() implements Ruling {}

  /** It concerns this part, and is left out all the same. */
  record Lose() implements Ruling {}

  /**
   * Other commands go in its place.
   *
   * @param commands each a list of words; at least one
   */
  record Replace(List<List<byte[]>> commands) implements Ruling {
    /** Makes the lists unmodifiable. */
    public Replace {
      commands = commands.stream().map(List::copyOf).toList();
    }

    static Replace with(byte[]... words) {
      return new Replace(List.of(List.of(words)));
    }
  }

  /**
   * Values of keys of this part are not known here: they must be read from the source.
   *
   * @param before what can be said at once, each a list of words
   * @param keys at least one
   */
  record Fetch(List<List<byte[]>> before, List<KeyName> keys) implements Ruling {
    /** Makes the lists unmodifiable. */
    public Fetch {
      before = before.stream().map(List::copyOf).toList();
      keys = List.copyOf(keys);
    }

    static Fetch of(KeyName key) {
      return new Fetch(List.of(), List.of(key));
    }
  }

  /**
   * The whole part changed in a way that only a new snapshot can follow.
   *
   * @param reason one sentence for an operator
   */
  record Resync(String reason) implements Ruling {}

  /**
   * Nobody knows what is right.
   *
   * @param reason one sentence for an operator
   */
  record Stop(String reason) implements Ruling {}

  /** {@link Pass}. */
  Ruling PASS = new Pass();

  /** {@link Drop}. */
  Ruling DROP = new Drop();
}
