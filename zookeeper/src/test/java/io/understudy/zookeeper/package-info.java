/** Tests of the agreement through ZooKeeper, on real embedded servers. */
@NullMarked
package io.understudy.zookeeper;

import org.jspecify.annotations.NullMarked;
