package io.understudy.wire.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/** Makes the server's end of connections, of files that may be renewed. Any thread. */
public final class TlsServer implements RenewableTls {
  private final ServerTls files;
  private final Renewable renewable;

  private TlsServer(ServerTls files) throws TlsException {
    this.files = files;
    this.renewable = new Renewable(paths(files), this::make);
  }

  /**
   * Reads the files.
   *
   * @throws TlsException in one line, when one of them cannot be used
   */
  public static TlsServer of(ServerTls files) throws TlsException {
    return new TlsServer(files);
  }

  private static List<Path> paths(ServerTls files) {
    List<Path> paths = new ArrayList<>();
    paths.add(files.identity().certificate());
    paths.add(files.identity().key());
    for (ServerTls.Named named : files.named()) {
      paths.add(named.identity().certificate());
      paths.add(named.identity().key());
    }
    files.clientAuthorities().ifPresent(paths::add);
    return paths;
  }

  private Renewable.Made make() throws TlsException {
    List<Identities.Identity> named = new ArrayList<>();
    for (ServerTls.Named one : files.named()) {
      named.add(Identities.Identity.read(one.host(), one.identity()));
    }
    List<Identities.Identity> usual = List.of(Identities.Identity.read("", files.identity()));
    return Trust.made(
        new Identities(named, usual), Trust.in(files.clientAuthorities().orElse(null)));
  }

  /** The server's end of one connection. */
  public SSLEngine engine() {
    SSLEngine engine = renewable.made().context().createSSLEngine();
    engine.setUseClientMode(false);
    if (files.clientAuthorities().isPresent()) {
      if (files.clientsMayHaveNone()) {
        engine.setWantClientAuth(true);
      } else {
        engine.setNeedClientAuth(true);
      }
    }
    return engine;
  }

  /** What makes its engines now; for those who configure them by {@link #engine}'s parameters. */
  public SSLContext context() {
    return renewable.made().context();
  }

  /** What it was made of. */
  public ServerTls files() {
    return files;
  }

  @Override
  public boolean renew() throws TlsException {
    return renewable.renew();
  }
}
