/**
 * Carries out what was decided, on real servers, and tells how each order ended.
 *
 * <p>What enters: an {@link io.understudy.failover.decide.Action} and a {@link
 * io.understudy.failover.link.Link} to the very run it is meant for. What leaves: exactly one
 * {@link io.understudy.failover.decide.Outcome}, on the executor that was passed in. An outcome is
 * certain or says that it is not; nothing that may have left is ever sent again.
 */
@NullMarked
package io.understudy.failover.act;

import org.jspecify.annotations.NullMarked;
