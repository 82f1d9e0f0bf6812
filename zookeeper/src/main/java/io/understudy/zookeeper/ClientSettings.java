package io.understudy.zookeeper;

import java.util.Optional;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.common.ClientX509Util;
import org.apache.zookeeper.common.X509Util;

/**
 * What ZooKeeper's own client is told of one connection.
 *
 * @param config with TLS and the login
 * @param saslName to be removed when the connection ends; empty without SASL
 */
record ClientSettings(ZKClientConfig config, Optional<String> saslName) {

  static ClientSettings of(ZookeeperOptions options) {
    var config = new ZKClientConfig();
    options.tls().ifPresent(tls -> secure(config, tls));
    Optional<String> sasl =
        options
            .login()
            .filter(login -> login.kind() == ZookeeperOptions.Login.Kind.SASL)
            .map(SaslLogins::add);
    sasl.ifPresent(
        name -> {
          config.setProperty(ZKClientConfig.ENABLE_CLIENT_SASL_KEY, "true");
          config.setProperty(ZKClientConfig.LOGIN_CONTEXT_NAME_KEY, name);
          // With it, ZooKeeper's client leaves DIGEST-MD5 out and goes on without a login.
          try (var names = new ClientX509Util()) {
            config.setProperty(names.getFipsModeProperty(), "false");
          }
        });
    return new ClientSettings(config, sasl);
  }

  private static void secure(ZKClientConfig config, ZookeeperOptions.Tls tls) {
    config.setProperty(ZKClientConfig.SECURE_CLIENT, "true");
    config.setProperty(
        ZKClientConfig.ZOOKEEPER_CLIENT_CNXN_SOCKET, "org.apache.zookeeper.ClientCnxnSocketNetty");
    try (X509Util names = new ClientX509Util()) {
      config.setProperty(names.getSslTruststoreLocationProperty(), tls.trustStore().toString());
      tls.trustStorePassword()
          .ifPresent(p -> config.setProperty(names.getSslTruststorePasswdProperty(), p));
      tls.keyStore()
          .ifPresent(k -> config.setProperty(names.getSslKeystoreLocationProperty(), k.toString()));
      tls.keyStorePassword()
          .ifPresent(p -> config.setProperty(names.getSslKeystorePasswdProperty(), p));
    }
  }
}
