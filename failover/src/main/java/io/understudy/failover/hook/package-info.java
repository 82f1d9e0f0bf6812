/**
 * Programs and web addresses that are called before and after what is done to a group.
 *
 * <p>What enters: {@link io.understudy.failover.hook.Hook}s as configured, and a group's journal
 * before and after each turn. What leaves: calls, with a deadline each, on threads that are passed
 * in; their answers; and a {@link io.understudy.failover.view.Consent} for the decision. Nothing
 * that a hook does or answers is thrown.
 */
@NullMarked
package io.understudy.failover.hook;

import org.jspecify.annotations.NullMarked;
