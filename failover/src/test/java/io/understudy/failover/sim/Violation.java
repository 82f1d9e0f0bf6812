package io.understudy.failover.sim;

/** An invariant that did not hold. */
public final class Violation extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String invariant;

  Violation(String invariant, String what) {
    super(invariant + ": " + what);
    this.invariant = invariant;
  }

  /** Its name in the design, such as I7. */
  public String invariant() {
    return invariant;
  }
}
