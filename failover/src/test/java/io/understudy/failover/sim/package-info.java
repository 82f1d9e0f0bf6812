/**
 * A simulated world around the real decision core: servers, networks, clients, operators and
 * faults.
 *
 * <p>What enters: a seed. What leaves: a violated invariant, or none. The servers behave as {@code
 * redis-server} was seen to: replication ids and offsets, partial and full resyncs, replicas that
 * wipe themselves for an empty primary, commands that run when a stopped process wakes.
 */
@NullMarked
package io.understudy.failover.sim;

import org.jspecify.annotations.NullMarked;
