package io.understudy.failover.view;

import java.util.OptionalLong;

/**
 * Whether proxies and other outputs may still act on an older publication than the newest.
 *
 * @param elsewhere whether there are outputs in other processes, which are told later than those of
 *     this one
 * @param heldUntilNanos until when, at the latest; empty when all have let go of it
 */
public record Outputs(boolean elsewhere, OptionalLong heldUntilNanos) {
  /** Outputs of this process alone, which let go as soon as they are told. */
  public static final Outputs OWN = new Outputs(false, OptionalLong.empty());

  /** How long to wait at most, in nanoseconds from {@code nowNanos}; 0 when there is no need. */
  public long waitNanos(long nowNanos) {
    return heldUntilNanos.isEmpty() ? 0 : Math.max(0, heldUntilNanos.getAsLong() - nowNanos);
  }
}
