/**
 * Posing as a replica of a primary.
 *
 * <p>The bytes of one connection to a primary enter; a snapshot's bytes, then commands with their
 * offsets leave, through {@link io.understudy.replication.source.SourceListener}; acknowledgements
 * go back. Everything happens on the event loop of the connection. What fails is told once, through
 * {@link io.understudy.replication.source.SourceListener#onLost}, with whether trying again can
 * help; nothing is retried here.
 */
@NullMarked
package io.understudy.replication.source;

import org.jspecify.annotations.NullMarked;
