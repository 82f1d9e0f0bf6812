package io.understudy.app.rest;

import io.understudy.topology.Address;
import io.understudy.wire.tls.TlsServer;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Where the admin port is, and who may ask there for what.
 *
 * @param bind where it is
 * @param readsNeedRight whether reading needs what a change needs
 * @param tls the server's end of its connections; empty for plain HTTP
 * @param token what a change must show that shows no certificate, asked for each; empty when nobody
 *     knows
 */
public record AdminAccess(
    Address bind,
    boolean readsNeedRight,
    Optional<TlsServer> tls,
    Supplier<Optional<String>> token) {}
