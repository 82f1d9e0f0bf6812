package io.understudy.replication.stage;

import java.util.List;

/** What becomes of a command on its way to one part of a dataset. */
public sealed interface Ruling {
  /** The command goes on as it is. */
  record Pass() implements Ruling {}

  /** Nothing of it concerns this part. */
  record Drop() implements Ruling {}

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
   * The value of a key of this part came from outside of it: it must be read from the source again.
   *
   * @param key the key whose value is not known here
   */
  record Fetch(KeyName key) implements Ruling {}

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
