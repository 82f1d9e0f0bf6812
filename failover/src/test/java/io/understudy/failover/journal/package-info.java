@NullMarked
package io.understudy.failover.journal;

import org.jspecify.annotations.NullMarked;
