package io.understudy.wire.tls;

import java.nio.file.Path;

/**
 * A certificate and its private key, both as PEM.
 *
 * @param certificate the certificate first, then those that lead to the authority
 * @param key in the form PKCS#8, or PKCS#1 of RSA; not encrypted
 */
public record KeyFiles(Path certificate, Path key) {}
