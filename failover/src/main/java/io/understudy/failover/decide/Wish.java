package io.understudy.failover.decide;

import io.understudy.failover.view.Consent;
import io.understudy.topology.Address;
import java.time.Duration;
import java.util.Optional;

/**
 * A change of primary that was asked for and not begun yet. A group has at most one.
 *
 * @param id the journal's number for it
 * @param kind what was asked for
 * @param to which node is to become primary; empty to take the best
 * @param by who asked, in words for an operator
 * @param untilWallMillis when it is no longer wanted if it was not begun by then
 */
public record Wish(long id, Kind kind, Optional<Address> to, String by, long untilWallMillis) {

  /** What could not be begun within this is no longer wanted; hooks may take half of it. */
  static final Duration LIFE = Consent.LONGEST_WAIT.multipliedBy(2);

  /** What can be asked for. */
  public enum Kind {
    /** A planned change that loses nothing, or does not happen. */
    SWITCHOVER,
    /** Another primary whatever it costs: what would be lost is accepted, and recorded. */
    FORCED_FAILOVER
  }

  /** The wish in words. */
  public String describe() {
    String what =
        switch (kind) {
          case SWITCHOVER -> "a switchover";
          case FORCED_FAILOVER -> "a forced failover";
        };
    return what + to.map(a -> " to " + a).orElse("") + ", asked for by " + by;
  }
}
