/** Tests of the instruments' arithmetic, on texts as the kernel and redis-benchmark print them. */
@NullMarked
package io.understudy.bench.measure;

import org.jspecify.annotations.NullMarked;
