package io.understudy.bench.soak;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;

/** A kind of use, by some clients at once, each on a thread of its own. */
interface Workload {
  /**
   * The clients' work; each ends when {@code stop} is set, and with an exception only when its
   * connection broke.
   */
  List<Client> clients();

  /**
   * Looks up what became of everything.
   *
   * @param primary a connection to the primary itself, not through the program
   */
  Audit audit(RedisCommands<String, String> primary);

  /** How many requests were acknowledged so far. */
  int done();

  /** One client. */
  interface Client {
    /** Works until told to stop. */
    void run(RedisClient lettuce, RedisURI address, Stop stop) throws Exception;
  }

  /** Whether it is time to end. */
  interface Stop {
    boolean isAsked();
  }
}
