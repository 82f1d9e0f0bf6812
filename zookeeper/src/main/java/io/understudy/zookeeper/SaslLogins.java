package io.understudy.zookeeper;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import javax.security.auth.login.AppConfigurationEntry;
import javax.security.auth.login.Configuration;
import org.apache.zookeeper.server.auth.DigestLoginModule;
import org.jspecify.annotations.Nullable;

/**
 * The login configurations of this process's connections, each under a name of its own.
 *
 * <p>Java has one such configuration per process, and ZooKeeper's client asks that one. What was
 * there before, such as a file that an operator named, stays in force for all other names.
 */
final class SaslLogins extends Configuration {
  private static final String PREFIX = "understudy-";
  private static final Map<String, AppConfigurationEntry> ENTRIES = new ConcurrentHashMap<>();
  private static final AtomicLong NEXT = new AtomicLong();

  private final @Nullable Configuration others;

  private SaslLogins(@Nullable Configuration others) {
    this.others = others;
  }

  /** Makes a login known; returns the name that ZooKeeper's client is to ask for. */
  static synchronized String add(ZookeeperOptions.Login login) {
    Configuration now = present();
    if (!(now instanceof SaslLogins)) {
      Configuration.setConfiguration(new SaslLogins(now));
    }
    String name = PREFIX + NEXT.incrementAndGet();
    ENTRIES.put(
        name,
        new AppConfigurationEntry(
            DigestLoginModule.class.getName(),
            AppConfigurationEntry.LoginModuleControlFlag.REQUIRED,
            Map.of("username", login.username(), "password", login.password())));
    return name;
  }

  /** Forgets one; connections that use it cannot log in again. */
  static void remove(String name) {
    ENTRIES.remove(name);
  }

  private static @Nullable Configuration present() {
    try {
      return Configuration.getConfiguration();
    } catch (SecurityException e) {
      return null; // no file is named, and there is no usual one
    }
  }

  @Override
  public AppConfigurationEntry @Nullable [] getAppConfigurationEntry(String name) {
    AppConfigurationEntry own = ENTRIES.get(name);
    if (own != null) {
      return new AppConfigurationEntry[] {own};
    }
    return others == null ? null : others.getAppConfigurationEntry(name);
  }
}
