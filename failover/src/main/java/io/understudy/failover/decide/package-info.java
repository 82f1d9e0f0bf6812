/**
 * Decides what is done for a group, and does nothing itself.
 *
 * <p>What enters: a {@link io.understudy.failover.view.GroupView}, the group's {@link
 * io.understudy.failover.decide.GroupJournal}, the {@link
 * io.understudy.failover.decide.FailoverPolicy}. What leaves: a {@link
 * io.understudy.failover.decide.Step} with the rule that held, the journal to make durable, and the
 * actions to perform. Everything here is pure: no thread, no clock, no I/O, nothing remembered
 * outside the journal; any thread may call it. A journal that contradicts itself is refused with
 * {@link java.lang.IllegalArgumentException}.
 */
@NullMarked
package io.understudy.failover.decide;

import org.jspecify.annotations.NullMarked;
