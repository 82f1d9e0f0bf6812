package io.understudy.wire.tls;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;

/** Makes the client's end of connections to servers, of files that may be renewed. Any thread. */
public final class TlsClient implements RenewableTls {
  private final ClientTls files;
  private final Renewable renewable;

  private TlsClient(ClientTls files) throws TlsException {
    this.files = files;
    this.renewable = new Renewable(paths(files), this::make);
  }

  /**
   * Reads the files.
   *
   * @throws TlsException in one line, when one of them cannot be used
   */
  public static TlsClient of(ClientTls files) throws TlsException {
    return new TlsClient(files);
  }

  private static List<Path> paths(ClientTls files) {
    List<Path> paths = new ArrayList<>();
    files.authorities().ifPresent(paths::add);
    files.identity().ifPresent(identity -> paths.add(identity.certificate()));
    files.identity().ifPresent(identity -> paths.add(identity.key()));
    return paths;
  }

  private Renewable.Made make() throws TlsException {
    List<Identities.Identity> own = new ArrayList<>();
    if (files.identity().isPresent()) {
      own.add(Identities.Identity.read("", files.identity().get()));
    }
    return Trust.made(
        new Identities(List.of(), own),
        files.verifies() ? Trust.in(files.authorities().orElse(null)) : Trust.all());
  }

  /**
   * The client's end of one connection.
   *
   * @param host the server's, as it was configured: its certificate must name it
   */
  public SSLEngine engine(String host, int port) {
    SSLEngine engine = context().createSSLEngine(files.serverName().orElse(host), port);
    engine.setUseClientMode(true);
    engine.setSSLParameters(with(engine.getSSLParameters()));
    return engine;
  }

  /** What makes its engines and sockets now; for those who cannot be given an engine. */
  public SSLContext context() {
    return renewable.made().context();
  }

  /** What shows the own certificate now; for those who make engines themselves. */
  public KeyManager keys() {
    return renewable.made().keys();
  }

  /** What judges servers' certificates now; for those who make engines themselves. */
  public TrustManager trust() {
    return renewable.made().trust();
  }

  /** What an engine or socket that was not made here has to be told. */
  public SSLParameters with(SSLParameters usual) {
    if (files.verifies()) {
      usual.setEndpointIdentificationAlgorithm("HTTPS");
    }
    files.serverName().ifPresent(name -> usual.setServerNames(List.of(new SNIHostName(name))));
    return usual;
  }

  /** What it was made of. */
  public ClientTls files() {
    return files;
  }

  @Override
  public boolean renew() throws TlsException {
    return renewable.renew();
  }
}
