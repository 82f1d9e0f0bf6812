/**
 * The only place where the parts of the program are put together and where adapters are
 * constructed.
 *
 * <p>What enters: a {@link io.understudy.app.config.Configuration}. What leaves: a running program
 * that can be asked for reports and can be stopped. Starting and stopping run on the caller's
 * thread. What cannot be started throws {@link io.understudy.app.wiring.StartException} with one
 * line, and leaves nothing running.
 */
@NullMarked
package io.understudy.app.wiring;

import org.jspecify.annotations.NullMarked;
