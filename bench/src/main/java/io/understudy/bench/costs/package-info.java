/**
 * What each feature costs: Understudy with it beside Understudy without it, in one run.
 *
 * <p>What enters: options, and the measurements of each round. What leaves: a table of ratios, and
 * a verdict on the one figure among them. Everything but the scraping of metrics runs on the main
 * thread; a missing program or a server that does not start ends it with one line.
 */
@NullMarked
package io.understudy.bench.costs;

import org.jspecify.annotations.NullMarked;
