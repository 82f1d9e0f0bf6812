/**
 * Client connections: their bytes, their state, and where each of their commands goes.
 *
 * <p>What enters: accepted connections and replies from backends. What leaves: runs of commands to
 * backends, replies to clients in the order of their requests. A session lives on one event loop
 * and is only touched on it, but for the registry, which any loop may read. What fails: a client
 * that breaks the protocol gets the error a server would give and is closed; one that exceeds a
 * limit is closed.
 */
@NullMarked
package io.understudy.proxy.session;

import org.jspecify.annotations.NullMarked;
