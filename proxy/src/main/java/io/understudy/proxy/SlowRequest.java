package io.understudy.proxy;

import io.understudy.proxy.observe.SlowLog;

/**
 * A request that took long.
 *
 * @param bound where its client connected to, host:port
 * @param group where that leads to
 * @param entry what it was
 * @param agoNanos how long ago it ended
 */
public record SlowRequest(String bound, String group, SlowLog.Entry entry, long agoNanos) {}
