package io.understudy.failover.decide;

import io.understudy.topology.Address;
import java.util.Optional;

/**
 * A time in which a keeper leaves a group, or one of its nodes, alone.
 *
 * @param node the node; empty for the whole group
 * @param reason why, and who asked for it
 * @param untilWallMillis when it ends by itself
 */
public record Pause(Optional<Address> node, String reason, long untilWallMillis) {}
