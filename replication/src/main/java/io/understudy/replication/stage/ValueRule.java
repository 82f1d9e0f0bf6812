package io.understudy.replication.stage;

/**
 * Which keys' values are changed, and how.
 *
 * @param keys whose values; null-free
 * @param change what becomes of them
 */
public record ValueRule(KeyPattern keys, ValueChange change) {}
