/** Tests of {@code bench/costs}. What enters: real programs. What leaves: verdicts. */
@NullMarked
package io.understudy.bench.costs;

import org.jspecify.annotations.NullMarked;
