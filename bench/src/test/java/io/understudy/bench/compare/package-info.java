/** Tests of what is concluded from rounds, on made-up measurements. */
@NullMarked
package io.understudy.bench.compare;

import org.jspecify.annotations.NullMarked;
