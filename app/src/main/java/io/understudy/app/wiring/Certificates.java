package io.understudy.app.wiring;

import io.understudy.wire.tls.ClientTls;
import io.understudy.wire.tls.RenewableTls;
import io.understudy.wire.tls.ServerTls;
import io.understudy.wire.tls.TlsClient;
import io.understudy.wire.tls.TlsException;
import io.understudy.wire.tls.TlsServer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The TLS of the whole program: one for each set of files, looked at again and again, because
 * certificates are renewed while connections are open. Any thread.
 */
final class Certificates implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("io.understudy.app");
  private static final long LOOK_EVERY_SECONDS = 5;

  /** As many entries as the configurations had that were applied. */
  private final Map<Object, RenewableTls> all = new ConcurrentHashMap<>();

  private final Map<Object, String> complaints = new HashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("certificates").factory());

  Certificates() {
    var _ =
        thread.scheduleWithFixedDelay(
            this::look, LOOK_EVERY_SECONDS, LOOK_EVERY_SECONDS, TimeUnit.SECONDS);
  }

  /** The server's end. */
  TlsServer of(ServerTls files) throws StartException {
    try {
      if (all.get(files) instanceof TlsServer known) {
        return known;
      }
      TlsServer made = TlsServer.of(files);
      all.put(files, made);
      return made;
    } catch (TlsException e) {
      throw new StartException("tls: " + e.getMessage(), e);
    }
  }

  /** The client's end, where a configuration has one. */
  Optional<TlsClient> of(Optional<ClientTls> files) throws StartException {
    if (files.isEmpty()) {
      return Optional.empty();
    }
    try {
      if (all.get(files.get()) instanceof TlsClient known) {
        return Optional.of(known);
      }
      TlsClient made = TlsClient.of(files.get());
      all.put(files.get(), made);
      return Optional.of(made);
    } catch (TlsException e) {
      throw new StartException("tls: " + e.getMessage(), e);
    }
  }

  private void look() {
    all.forEach(
        (files, tls) -> {
          try {
            if (tls.renew()) {
              LOG.info("renewed certificates are shown to connections from now on");
            }
            complaints.remove(files);
          } catch (TlsException e) {
            String complaint = String.valueOf(e.getMessage());
            if (!complaint.equals(complaints.put(files, complaint))) {
              LOG.warn("the certificates that were read before stay in use: {}", complaint);
            }
          }
        });
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
