package io.understudy.replication.stage;

import java.util.List;

/** How a command is said in the words of another server. */
sealed interface Said {
  /** In the same words. */
  record AsItIs() implements Said {}

  /**
   * In other commands.
   *
   * @param commands each a list of words; none when there is nothing to say
   */
  record Otherwise(List<List<byte[]>> commands) implements Said {
    /** Makes the lists unmodifiable. */
    public Otherwise {
      commands = commands.stream().map(List::copyOf).toList();
    }

    static Otherwise with(List<byte[]> command) {
      return new Otherwise(List.of(command));
    }
  }

  /**
   * Only by its result: the value of a key has to be read.
   *
   * @param before what can be said of it at once
   */
  record ByResult(List<List<byte[]>> before, KeyName key) implements Said {
    /** Makes the lists unmodifiable. */
    public ByResult {
      before = before.stream().map(List::copyOf).toList();
    }
  }

  /**
   * Not at all.
   *
   * @param reason a sentence for an operator
   */
  record Unsayable(String reason) implements Said {}

  /** {@link AsItIs}. */
  Said AS_IT_IS = new AsItIs();

  /** Nothing need be said. */
  Said NOTHING = new Otherwise(List.of());
}
