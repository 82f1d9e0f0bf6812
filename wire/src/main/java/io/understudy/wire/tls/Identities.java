package io.understudy.wire.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/** Chooses which certificate a peer is shown, by the host that it asks for. Immutable. */
final class Identities extends X509ExtendedKeyManager {
  /**
   * One certificate with its key.
   *
   * @param host for which host; empty for all
   */
  record Identity(String host, List<X509Certificate> chain, PrivateKey key) {
    static Identity read(String host, KeyFiles files) throws TlsException {
      List<X509Certificate> chain = Pem.certificates(files.certificate());
      PrivateKey key = Pem.key(files.key());
      if (!chain.getFirst().getPublicKey().getAlgorithm().equals(key.getAlgorithm())) {
        throw new TlsException(
            "'" + files.key() + "' is not the key of '" + files.certificate() + "'");
      }
      return new Identity(host.toLowerCase(Locale.ROOT), chain, key);
    }

    boolean isFor(String asked) {
      if (host.startsWith("*.")) {
        int dot = asked.indexOf('.');
        return dot > 0 && asked.substring(dot).equals(host.substring(1));
      }
      return host.equals(asked);
    }

    boolean isOf(String keyType) {
      return keyType.equals(key.getAlgorithm()) || keyType.startsWith(key.getAlgorithm() + "_");
    }
  }

  private final List<Identity> named;
  private final List<Identity> usual;

  /**
   * Knows some certificates.
   *
   * @param named for certain hosts
   * @param usual for all others; at most one
   */
  Identities(List<Identity> named, List<Identity> usual) {
    this.named = List.copyOf(named);
    this.usual = List.copyOf(usual);
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    if (engine.getHandshakeSession() instanceof ExtendedSSLSession session) {
      for (SNIServerName name : session.getRequestedServerNames()) {
        if (name instanceof SNIHostName host) {
          String asked = host.getAsciiName().toLowerCase(Locale.ROOT);
          for (int i = 0; i < named.size(); i++) {
            if (named.get(i).isFor(asked)) {
              return named.get(i).isOf(keyType) ? Integer.toString(i) : null;
            }
          }
        }
      }
    }
    return usual(keyType);
  }

  @Override
  public @Nullable String chooseEngineClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, SSLEngine engine) {
    for (String keyType : keyTypes) {
      String alias = usual(keyType);
      if (alias != null) {
        return alias;
      }
    }
    return null;
  }

  private @Nullable String usual(String keyType) {
    return !usual.isEmpty() && usual.getFirst().isOf(keyType) ? "usual" : null;
  }

  private Identity identity(String alias) {
    return alias.equals("usual") ? usual.getFirst() : named.get(Integer.parseInt(alias));
  }

  @Override
  public X509Certificate[] getCertificateChain(String alias) {
    return identity(alias).chain().toArray(X509Certificate[]::new);
  }

  @Override
  public PrivateKey getPrivateKey(String alias) {
    return identity(alias).key();
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    for (String keyType : keyTypes) {
      String alias = usual(keyType);
      if (alias != null) {
        return alias;
      }
    }
    return null;
  }

  @Override
  public @Nullable String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return usual(keyType);
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = usual(keyType);
    return alias == null ? null : new String[] {alias};
  }

  @Override
  public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    String alias = usual(keyType);
    return alias == null ? null : new String[] {alias};
  }
}
