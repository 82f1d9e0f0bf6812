package io.understudy.app.cli;

import io.understudy.app.config.Configuration;
import io.understudy.topology.Address;
import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.KeyFiles;
import io.understudy.wire.tls.ServerTls;
import io.understudy.wire.tls.TlsClient;
import io.understudy.wire.tls.TlsException;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.util.Optional;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSession;

/**
 * The admin port of a running program, as a command reaches it.
 *
 * @param address where it is
 * @param tls how it is reached over TLS; empty for plain HTTP
 * @param certificate the only certificate that is believed, whatever host it names; empty if the
 *     authority and the host's name decide
 */
record AdminPort(Address address, Optional<TlsClient> tls, Optional<Path> certificate) {

  /** In plain HTTP. */
  static AdminPort plain(Address address) {
    return new AdminPort(address, Optional.empty(), Optional.empty());
  }

  /** Over TLS, at a host that its certificate names. */
  static AdminPort secure(Address address, Optional<Path> ca, Optional<KeyFiles> own) {
    return new AdminPort(address, Optional.of(client(ca, own)), Optional.empty());
  }

  /**
   * The one that a configuration describes. Its files are at hand, so that the port is known by its
   * certificate, and an address such as 0.0.0.0 needs no name.
   *
   * @param ca believed instead of that certificate, with the host's name
   * @param own shown when the port asks for a certificate
   */
  static AdminPort of(Configuration.Admin admin, Optional<Path> ca, Optional<KeyFiles> own) {
    if (admin.tls().isEmpty()) {
      return plain(admin.bind());
    }
    if (ca.isPresent()) {
      return secure(admin.bind(), ca, own);
    }
    Optional<Path> certificate = admin.tls().map(ServerTls::identity).map(KeyFiles::certificate);
    return new AdminPort(admin.bind(), Optional.of(client(certificate, own)), certificate);
  }

  private static TlsClient client(Optional<Path> ca, Optional<KeyFiles> own) {
    try {
      return TlsClient.of(new ClientTls(ca, own, Optional.empty(), true));
    } catch (TlsException e) {
      throw new CommandException(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
    }
  }

  /** Whether a certificate stands for the token. */
  boolean showsCertificate() {
    return tls.filter(client -> client.files().identity().isPresent()).isPresent();
  }

  /** A request that was not sent yet. */
  HttpURLConnection open(String path) throws IOException {
    String scheme = tls.isPresent() ? "https://" : "http://";
    var connection =
        (HttpURLConnection) URI.create(scheme + address + path).toURL().openConnection();
    if (connection instanceof HttpsURLConnection secure && tls.isPresent()) {
      secure.setSSLSocketFactory(tls.get().context().getSocketFactory());
      certificate.ifPresent(file -> secure.setHostnameVerifier(new Known(file)));
    }
    return connection;
  }

  /**
   * Asked when the host's name is not in the certificate, which alone must then be the right one.
   */
  private record Known(Path file) implements HostnameVerifier {
    @Override
    public boolean verify(String host, SSLSession session) {
      try (InputStream in = Files.newInputStream(file)) {
        Certificate known = CertificateFactory.getInstance("X.509").generateCertificate(in);
        return known.equals(session.getPeerCertificates()[0]);
      } catch (IOException | CertificateException e) {
        return false;
      }
    }
  }
}
