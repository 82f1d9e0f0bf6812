/**
 * Hands what was published to the outputs of this process.
 *
 * <p>What enters: topologies, from each group's thread. What leaves: the newest of each group, to
 * any thread, and every one of them to subscribers, in order, on the publisher's thread. What would
 * go back is dropped; a listener that throws is logged and keeps its subscription.
 */
@NullMarked
package io.understudy.failover.publish;

import org.jspecify.annotations.NullMarked;
