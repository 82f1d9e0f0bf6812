package io.understudy.app.config;

import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.KeyFiles;
import io.understudy.wire.tls.ServerTls;
import io.understudy.wire.tls.TlsClient;
import io.understudy.wire.tls.TlsException;
import io.understudy.wire.tls.TlsServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code tls}, of ports and of groups: every file is there and can be used. */
final class TlsSection {
  private static final Pattern HOST = Pattern.compile("(\\*\\.)?[A-Za-z0-9][A-Za-z0-9.-]{0,252}");

  private TlsSection() {}

  /** What a port shows to those who connect to it; empty if it is plain, or wrong. */
  static Optional<ServerTls> ofPort(Section port) {
    return port.get("tls")
        .flatMap(
            value ->
                value
                    .section(List.of("certificate", "key", "names", "clientCa", "clients"))
                    .flatMap(TlsSection::server)
                    .filter(tls -> isUsable(value, () -> TlsServer.of(tls))));
  }

  private static Optional<ServerTls> server(Section tls) {
    Optional<KeyFiles> identity = identity(tls);
    List<ServerTls.Named> named = new ArrayList<>();
    for (Value item :
        tls.get("names").stream()
            .flatMap(v -> v.items("a list of host, certificate and key").stream())
            .toList()) {
      item.section(List.of("host", "certificate", "key"))
          .ifPresent(
              section -> {
                Optional<KeyFiles> files = identity(section);
                section
                    .require("host", "write a host's name, such as redis.example.com")
                    .flatMap(TlsSection::host)
                    .ifPresent(
                        host -> files.ifPresent(f -> named.add(new ServerTls.Named(host, f))));
              });
    }
    Optional<Path> clientCa = tls.get("clientCa").flatMap(TlsSection::file);
    boolean optional =
        tls.get("clients")
            .flatMap(v -> v.choice(Clients.values()))
            .filter(Clients.OPTIONAL::equals)
            .isPresent();
    if (clientCa.isEmpty()) {
      tls.get("clients").ifPresent(v -> v.problem("has no meaning without 'clientCa'"));
    }
    return identity.map(files -> new ServerTls(files, named, clientCa, optional));
  }

  /** Whether clients have to show a certificate. */
  private enum Clients {
    REQUIRED,
    OPTIONAL
  }

  /** What is asked of a group's servers; empty if they are reached in plain, or it is wrong. */
  static Optional<ClientTls> ofServers(Section section) {
    return section
        .get("tls")
        .flatMap(
            value ->
                value
                    .section(List.of("ca", "certificate", "key", "serverName", "verify"))
                    .flatMap(TlsSection::client)
                    .filter(tls -> isUsable(value, () -> TlsClient.of(tls))));
  }

  private static Optional<ClientTls> client(Section tls) {
    boolean shows = tls.get("certificate").isPresent() || tls.get("key").isPresent();
    Optional<KeyFiles> identity = shows ? identity(tls) : Optional.empty();
    boolean verifies =
        tls.get("verify")
            .flatMap(v -> v.choice(YesNo.values()))
            .filter(YesNo.FALSE::equals)
            .isEmpty();
    return Optional.of(
        new ClientTls(
            tls.get("ca").flatMap(TlsSection::file),
            identity,
            tls.get("serverName").flatMap(TlsSection::host),
            verifies));
  }

  /** YAML's own words. */
  private enum YesNo {
    TRUE,
    FALSE
  }

  private static Optional<KeyFiles> identity(Section section) {
    Optional<Path> certificate =
        section
            .require("certificate", "write the PEM file with the certificate")
            .flatMap(TlsSection::file);
    Optional<Path> key =
        section.require("key", "write the PEM file with its key").flatMap(TlsSection::file);
    return certificate.flatMap(c -> key.map(k -> new KeyFiles(c, k)));
  }

  private static Optional<Path> file(Value value) {
    return value.text("a file").map(name -> value.source().directory().resolve(name));
  }

  private static Optional<String> host(Value value) {
    return value
        .text("a host's name")
        .filter(
            host -> {
              boolean right = HOST.matcher(host).matches();
              if (!right) {
                value.problem("'" + host + "' is no host's name; write one such as redis.test");
              }
              return right;
            });
  }

  /** Something that reads the files. */
  private interface Reading {
    Object read() throws TlsException;
  }

  private static boolean isUsable(Value value, Reading reading) {
    try {
      reading.read();
      return true;
    } catch (TlsException e) {
      value.problem(String.valueOf(e.getMessage()));
      return false;
    }
  }
}
