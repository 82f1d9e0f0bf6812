/** To be described by the module. */
@NullMarked
package io.understudy.testkit;

import org.jspecify.annotations.NullMarked;
