/**
 * The instruments: processor time of other processes, load from redis-benchmark, medians over
 * rounds, and child processes that never outlive the measurement.
 *
 * <p>What enters: process ids, ports, texts from {@code /proc} and from redis-benchmark. What
 * leaves: values. Everything runs and blocks on the calling thread; what fails throws {@link
 * java.io.IOException} with the command or the file in its message.
 */
@NullMarked
package io.understudy.bench.measure;

import org.jspecify.annotations.NullMarked;
