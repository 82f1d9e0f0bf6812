/**
 * Live copies of parts of datasets: {@link io.understudy.replication.Replication} runs them.
 *
 * <p>Plans enter: which source, which feeds. A replication primary for each feed leaves, and what
 * there is to say about all of them. Each source with all of its feeds lives on one event loop, so
 * nothing is shared and nothing is locked. What fails: a source that cannot be used, at the start
 * with a reason and later by trying again; a feed whose stream cannot be cut right stops, alone.
 */
@NullMarked
package io.understudy.replication;

import org.jspecify.annotations.NullMarked;
