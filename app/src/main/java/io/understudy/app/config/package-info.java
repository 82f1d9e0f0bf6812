/**
 * The configuration file as one immutable tree of records, with every default in {@link
 * io.understudy.app.config.Defaults}.
 *
 * <p>What enters: a YAML file, the environment, files that hold secrets. What leaves: a {@link
 * io.understudy.app.config.Configuration} that is complete and consistent. Runs on the caller's
 * thread and reads files only. What is wrong is thrown once, as a {@link
 * io.understudy.app.config.ConfigurationException} with one line per mistake; a secret's text is in
 * none of them.
 */
@NullMarked
package io.understudy.app.config;

import org.jspecify.annotations.NullMarked;
