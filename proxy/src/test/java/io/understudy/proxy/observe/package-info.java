/** Tests of what is seen of traffic. */
@NullMarked
package io.understudy.proxy.observe;

import org.jspecify.annotations.NullMarked;
