/** Several keepers that agree through a real ZooKeeper, in front of real servers. */
@NullMarked
package io.understudy.app.keepers;

import org.jspecify.annotations.NullMarked;
