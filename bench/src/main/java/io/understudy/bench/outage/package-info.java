/**
 * Planned and unplanned changes of a primary under load, on each server version: how long clients
 * wait for an answer, and whether anything is lost, run twice, refused or copied anew.
 *
 * <p>What enters: command-line options. What leaves: a table and verdicts on standard output. Each
 * client has a thread; servers, keepers and ZooKeeper are real processes.
 */
@NullMarked
package io.understudy.bench.outage;

import org.jspecify.annotations.NullMarked;
