package io.understudy.app.wiring;

import java.time.Duration;
import java.util.Optional;

/**
 * How a process takes part in upgrades that close no connection.
 *
 * @param drain when this process takes over from another: how long that one may go on with its
 *     clients. Empty when it starts by itself
 * @param end ends this process; called when a new one has taken over and the last client is gone,
 *     or the time is over. It need not return
 */
public record Upgrading(Optional<Duration> drain, Runnable end) {}
