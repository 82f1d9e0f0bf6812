package io.understudy.zookeeper;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.util.Optional;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ClientX509Util;
import org.apache.zookeeper.common.X509Exception;

/** Finds out why no session came about, for one line to an operator. */
final class ConnectionTrouble {
  private static final int CONNECT_MILLIS = 1_000;

  /** A server that refuses this side's certificate says so at once after the handshake. */
  private static final int REFUSAL_MILLIS = 1_000;

  private ConnectionTrouble() {}

  /** What stands against TLS with the first server that can be connected to; blocks. */
  static Optional<String> ofTls(ZookeeperOptions options, ZKClientConfig config) {
    for (InetSocketAddress server :
        new ConnectStringParser(options.connect()).getServerAddresses()) {
      String name = server.getHostString() + ":" + server.getPort();
      try (var plain = new Socket()) {
        var resolved = new InetSocketAddress(server.getHostString(), server.getPort());
        plain.connect(resolved, CONNECT_MILLIS);
        // As ZooKeeper's client does: an IP address is turned into the name that it resolves to.
        return handshake(plain, resolved.getHostName(), config).map(why -> name + ": " + why);
      } catch (IOException e) {
        // Nobody listens there; perhaps at the next.
      }
    }
    return Optional.empty();
  }

  private static Optional<String> handshake(Socket plain, String host, ZKClientConfig config) {
    try (var maker = new ClientX509Util();
        SSLSocket socket =
            (SSLSocket)
                maker
                    .createSSLContext(config)
                    .getSocketFactory()
                    .createSocket(plain, host, plain.getPort(), true)) {
      SSLParameters parameters = socket.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      socket.setSSLParameters(parameters);
      socket.setSoTimeout(REFUSAL_MILLIS);
      socket.startHandshake();
      int _ =
          socket.getInputStream().read(); // a refusal of our certificate comes with the first read
      return Optional.empty();
    } catch (SocketTimeoutException e) {
      return Optional.empty(); // it waits for this side to begin, as it should
    } catch (SSLException e) {
      return Optional.of(words(e));
    } catch (X509Exception e) {
      return Optional.of(
          "the certificates of zookeeper.tls cannot be used: " + innermost(e).getMessage());
    } catch (IOException e) {
      return Optional.of("it ends TLS connections at once; is this its port for TLS?");
    }
  }

  private static String words(SSLException e) {
    String why = String.valueOf(innermost(e).getMessage());
    if (why.contains("subject alternative") || why.contains("No name matching")) {
      return "its certificate is for another host (" + why + ")";
    }
    if (isAboutTheirCertificate(e)) {
      return "its certificate is not one that zookeeper.tls.trustStore trusts (" + why + ")";
    }
    if (why.contains("certificate_required")
        || why.contains("bad_certificate")
        || why.contains("certificate_unknown")
        || why.contains("unknown_ca")) {
      return "it wants a certificate of this side and does not accept what zookeeper.tls.keyStore"
          + " shows ("
          + why
          + ")";
    }
    return "TLS does not come about (" + why + ")";
  }

  private static boolean isAboutTheirCertificate(Throwable e) {
    for (Throwable each = e; each != null; each = each.getCause()) {
      if (each instanceof CertificateException || each instanceof CertPathValidatorException) {
        return true;
      }
    }
    return false;
  }

  private static Throwable innermost(Throwable of) {
    Throwable inner = of;
    while (inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
  }
}
