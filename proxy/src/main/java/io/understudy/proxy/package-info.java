/** To be described by the module. */
@NullMarked
package io.understudy.proxy;

import org.jspecify.annotations.NullMarked;
