package io.understudy.wire.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyManagementException;
import java.security.KeyStore;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whose certificates are believed. */
final class Trust {
  private Trust() {}

  /** Those that an authority in a PEM file has signed; null for those that the JVM trusts. */
  static TrustManager in(@Nullable Path authorities) throws TlsException {
    try {
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      KeyStore store = null;
      if (authorities != null) {
        store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        for (X509Certificate certificate : Pem.certificates(authorities)) {
          store.setCertificateEntry("authority-" + store.size(), certificate);
        }
      }
      factory.init(store);
      return factory.getTrustManagers()[0];
    } catch (TlsException e) {
      throw e;
    } catch (GeneralSecurityException | IOException e) {
      throw new TlsException("the trusted certificates cannot be read: " + e.getMessage(), e);
    }
  }

  /** Everybody's: the connection is only hidden from those who do not take part in it. */
  static TrustManager all() {
    return new Everybody();
  }

  /** What makes engines of these. */
  static Renewable.Made made(KeyManager keys, TrustManager trust) throws TlsException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(new KeyManager[] {keys}, new TrustManager[] {trust}, null);
      return new Renewable.Made(context, keys, trust);
    } catch (NoSuchAlgorithmException | KeyManagementException e) {
      throw new TlsException("this Java cannot do TLS: " + e.getMessage(), e);
    }
  }

  /** Believes every certificate, because an operator wrote that it should. */
  private static final class Everybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
