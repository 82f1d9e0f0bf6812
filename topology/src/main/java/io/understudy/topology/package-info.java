/**
 * The state of a group as plain values, and the ports through which pipelines hand it to each
 * other.
 *
 * <p>What enters: nothing. What leaves: immutable records that any thread may read. Nothing here
 * does I/O, reads a clock or starts a thread; a constructor refuses values that make no sense with
 * {@link java.lang.IllegalArgumentException}.
 */
@NullMarked
package io.understudy.topology;

import org.jspecify.annotations.NullMarked;
