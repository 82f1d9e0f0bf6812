package io.understudy.app.wiring;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * How a process takes part in upgrades that close no connection, and is a service of systemd.
 *
 * @param drain when this process takes over from another: how long that one may go on with its
 *     clients. Empty when it starts by itself
 * @param end ends this process; called when a new one has taken over and the last client is gone,
 *     or the time is over. It need not return
 * @param environment the value of a variable that this process was started with, by its name
 */
public record Upgrading(
    Optional<Duration> drain, Runnable end, Function<String, Optional<String>> environment) {}
