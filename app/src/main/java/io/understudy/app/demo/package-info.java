/**
 * The demo: three real servers, Understudy in front of them, a client that never stops writing, and
 * somebody who kills servers.
 *
 * <p>What enters: keys of a terminal, or a number of rounds. What leaves: a screen or lines of
 * text, and in the end a verdict. The client's connections each have a thread; drawing and keys
 * share the main thread. Whatever ends the demo, its servers are killed, its files removed and the
 * terminal restored. What cannot be started throws {@link io.understudy.app.wiring.StartException}.
 */
@NullMarked
package io.understudy.app.demo;

import org.jspecify.annotations.NullMarked;
