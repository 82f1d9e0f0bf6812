/** Tests of the command that injects faults: that it runs, and that it would find something. */
@NullMarked
package io.understudy.bench.chaos;

import org.jspecify.annotations.NullMarked;
