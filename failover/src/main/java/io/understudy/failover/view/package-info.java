/**
 * What a keeper sees of a group, as plain values: facts with a time, never verdicts.
 *
 * <p>What enters: nothing; {@code observe} makes these records. What leaves: immutable values that
 * any thread may read, that {@code decide} judges and that the journal keeps as the evidence of a
 * decision. Every time is in nanoseconds of the observing process's monotonic clock. Constructors
 * refuse impossible values with {@link java.lang.IllegalArgumentException}.
 */
@NullMarked
package io.understudy.failover.view;

import org.jspecify.annotations.NullMarked;
