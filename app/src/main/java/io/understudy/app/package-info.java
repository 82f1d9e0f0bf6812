/**
 * The understudy program: {@code config} is read, {@code wiring} puts the pipelines together,
 * {@code rest} reports, {@code cli} is what a person types, {@code demo} shows it all on real
 * servers.
 *
 * <p>What enters: the command line. What leaves: an exit code. Everything starts on the main
 * thread.
 */
@NullMarked
package io.understudy.app;

import org.jspecify.annotations.NullMarked;
