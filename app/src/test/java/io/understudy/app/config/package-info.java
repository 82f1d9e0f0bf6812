/** Tests of the configuration file: what it means, and what each mistake is answered with. */
@NullMarked
package io.understudy.app.config;

import org.jspecify.annotations.NullMarked;
