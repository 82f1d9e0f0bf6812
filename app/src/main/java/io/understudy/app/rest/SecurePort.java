package io.understudy.app.rest;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import io.understudy.wire.tls.TlsServer;
import java.security.KeyManagementException;
import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/** Gives each connection to the admin port an engine that is made of the files of that moment. */
final class SecurePort extends HttpsConfigurator {
  private final TlsServer tls;

  SecurePort(TlsServer tls) {
    super(new Renewed(tls));
    this.tls = tls;
  }

  /** Which certificate is asked for is known by the engine alone, and would be lost otherwise. */
  @Override
  public void configure(HttpsParameters parameters) {
    parameters.setSSLParameters(tls.engine().getSSLParameters());
  }

  /** The HTTP server keeps its context for ever; this one looks for the newest each time. */
  private static final class Renewed extends SSLContext {
    Renewed(TlsServer tls) {
      super(new Newest(tls), tls.context().getProvider(), tls.context().getProtocol());
    }
  }

  private static final class Newest extends SSLContextSpi {
    private final TlsServer tls;

    Newest(TlsServer tls) {
      this.tls = tls;
    }

    @Override
    protected void engineInit(KeyManager[] keys, TrustManager[] trust, SecureRandom random)
        throws KeyManagementException {
      throw new KeyManagementException("its keys are those of the files");
    }

    @Override
    protected SSLSocketFactory engineGetSocketFactory() {
      return tls.context().getSocketFactory();
    }

    @Override
    protected SSLServerSocketFactory engineGetServerSocketFactory() {
      return tls.context().getServerSocketFactory();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine() {
      return tls.engine();
    }

    @Override
    protected SSLEngine engineCreateSSLEngine(String host, int port) {
      return tls.engine();
    }

    @Override
    protected SSLSessionContext engineGetServerSessionContext() {
      return tls.context().getServerSessionContext();
    }

    @Override
    protected SSLSessionContext engineGetClientSessionContext() {
      return tls.context().getClientSessionContext();
    }
  }
}
