package io.understudy.bench.costs;

import java.nio.file.Path;

/**
 * The PEM files of one authority and of one certificate for 127.0.0.1.
 *
 * @param authority whom clients trust
 */
record Certificates(Path authority, Path certificate, Path key) {}
