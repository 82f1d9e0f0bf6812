/**
 * Topology's ports on Apache ZooKeeper, and ZooKeeper's own server for small set-ups. Nothing else
 * in the program touches ZooKeeper.
 *
 * <p>What enters: {@link io.understudy.zookeeper.ZookeeperOptions}, and what a keeper saves,
 * publishes and shares. What leaves: a {@link io.understudy.topology.Coordinator}, and topologies
 * to whoever follows. The tree below the prefix:
 *
 * <pre>
 * keepers/ID     ephemeral; a keeper's configuration and what it cannot reach; rewritten by each beat
 * leaders        which keeper leads which group, all in one place
 * journals/G     a group's journal; its version is the revision
 * histories/G/N  what was done for a group, some changes each
 * topologies/G   what is published of a group
 * published      its version counts publications, of all groups together
 * proxies/ID     ephemeral; the number of the last publication that a process acts upon, and of the
 *                last at which it awaited no answer of a primary that retires
 * requests/ID    ephemeral; what an operator asked of a keeper that hands it to the one that leads
 * </pre>
 *
 * <p>A keeper's lease and a proxy's lease are writes that a majority of servers took, counted from
 * when they were sent, on the monotonic clock. A keeper's lease is over before anyone may take its
 * groups: its node vanishes with the session, which lasts twice as long, or is removed by another
 * keeper that saw it unchanged for longer than the lease. A proxy's lease is a write that only
 * succeeds while it acts on the newest publication.
 *
 * <p>Each part has one thread of its own, on which it blocks; answers to other threads are read
 * from volatile fields. Failures are {@link java.io.IOException}s of one line, or an answer that
 * says that this process may not act.
 */
@NullMarked
package io.understudy.zookeeper;

import org.jspecify.annotations.NullMarked;
