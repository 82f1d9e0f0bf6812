/**
 * Watches the servers of groups: facts with a time, never verdicts.
 *
 * <p>What enters: addresses, a {@link io.understudy.failover.link.Connector}, replies. What leaves:
 * a {@link io.understudy.failover.view.NodeView} of each address, at any time. Everything of a
 * group belongs to the one thread that drives it; replies and lost connections come back on that
 * thread. Nothing fails: whatever a server does is a reported state.
 */
@NullMarked
package io.understudy.failover.observe;

import org.jspecify.annotations.NullMarked;
