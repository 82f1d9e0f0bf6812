/**
 * Keeps a group's journal, and the history of what was done; in files on this machine where no
 * other keeper shares them.
 *
 * <p>What enters: a {@link io.understudy.failover.decide.GroupJournal}, and its entries when it has
 * no more need of them. What leaves: the same after a restart of the process. A save returns when
 * the data is on the disk; a file that is damaged, newer than this program, or another group's is
 * refused with an {@link java.io.IOException} whose message is one line, and is never replaced. One
 * thread per group at a time; calls block on the disk.
 */
@NullMarked
package io.understudy.failover.journal;

import org.jspecify.annotations.NullMarked;
