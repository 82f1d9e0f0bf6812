/**
 * Keeps one primary per group: observes, decides, acts and publishes.
 *
 * <p>What enters: {@link io.understudy.failover.KeeperOptions}, the groups, and what a proxy sees
 * of its traffic. What leaves: a {@link io.understudy.topology.TopologyFeed} and a {@link
 * io.understudy.failover.GroupStatus} per group. Each group has a thread of its own, on which
 * everything about it happens in turn; network and name look-ups run on shared threads. Nothing
 * about a server or a state file is thrown: it is a reported state, and tried again.
 */
@NullMarked
package io.understudy.failover;

import org.jspecify.annotations.NullMarked;
