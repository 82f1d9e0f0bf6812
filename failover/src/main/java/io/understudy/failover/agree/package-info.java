/**
 * Turns what several keepers see into evidence: whether a majority bears a loss out, and who is
 * better placed to lead.
 *
 * <p>What enters: one keeper's view and what the others shared of theirs, as text. What leaves: a
 * {@link io.understudy.failover.view.Panel} for the view, and plain answers for the rules. All of
 * it is pure: no thread, no clock, no I/O; any thread may call it. A text that no keeper wrote
 * makes a witness that says nothing.
 */
@NullMarked
package io.understudy.failover.agree;

import org.jspecify.annotations.NullMarked;
