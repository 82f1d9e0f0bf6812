/**
 * Real processes in network namespaces, under faults. What enters: a seed and the programs that are
 * to be tried. What leaves: a table of what clients saw, and every promise that was broken.
 */
@NullMarked
package io.understudy.bench.chaos;

import org.jspecify.annotations.NullMarked;
