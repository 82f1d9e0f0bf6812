/**
 * Connections to nodes: proven to be the published primary before a client's byte crosses them,
 * shared by many sessions or pinned to one.
 *
 * <p>What enters: runs of whole commands from sessions, publications of the topology. What leaves:
 * runs of replies to the sessions they belong to, in order; when a connection is lost, what became
 * of each command. Everything here belongs to one event loop and is only touched on it. What fails:
 * a node that is not the published one is refused; a stream that is not RESP closes its connection.
 */
@NullMarked
package io.understudy.proxy.backend;

import org.jspecify.annotations.NullMarked;
