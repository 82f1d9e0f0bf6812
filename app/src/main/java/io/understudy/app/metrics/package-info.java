/**
 * The numbers of one moment, in the form that Prometheus and its kin read.
 *
 * <p>What enters: reports on groups and traffic, as values. What leaves: OpenMetrics or Prometheus
 * text. Runs on the thread that asks. Nothing fails; a report without groups gives a page without
 * groups.
 */
@NullMarked
package io.understudy.app.metrics;

import org.jspecify.annotations.NullMarked;
