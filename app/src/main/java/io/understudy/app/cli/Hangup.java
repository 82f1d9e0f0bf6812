package io.understudy.app.cli;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears SIGHUP. The JDK has a class for it and no public one, so it is looked up by name; where it
 * is missing, SIGHUP ends the program as it always did.
 */
final class Hangup {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.app");

  private Hangup() {}

  /** Runs {@code action} for each SIGHUP, on a thread of the JVM's. */
  static void hear(Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object listener =
          Proxy.newProxyInstance(
              Hangup.class.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                if (method.getName().equals("handle")) {
                  action.run();
                }
                return null;
              });
      Object before =
          signal
              .getMethod("handle", signal, handler)
              .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), listener);
      if (handler.getField("SIG_IGN").get(null).equals(before)) {
        // The JVM leaves a signal alone that was ignored when it started.
        LOG.warn(
            "SIGHUP is ignored here, as under nohup: the configuration is read at the start only");
      }
    } catch (ClassNotFoundException
        | NoSuchMethodException
        | NoSuchFieldException
        | IllegalAccessException
        | InstantiationException
        | InvocationTargetException e) {
      LOG.warn("this Java cannot hear SIGHUP: the configuration is read at the start only");
      LOG.debug("why", e);
    }
  }
}
