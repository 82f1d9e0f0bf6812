/**
 * Being a primary for replicas downstream.
 *
 * <p>The bytes of a filtered stream enter a backlog, and those of filtered snapshots go straight to
 * the replicas that asked for one; what leaves is what a primary would send, under a replication id
 * and offsets of its own. Everything of one feed happens on one event loop. A replica that breaks
 * the protocol, is too slow or goes silent is cut off and counted; the others do not notice.
 */
@NullMarked
package io.understudy.replication.sink;

import org.jspecify.annotations.NullMarked;
