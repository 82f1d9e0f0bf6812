package io.understudy.app.demo;

import io.understudy.app.probe.Reply;
import io.understudy.app.probe.RespConnection;
import io.understudy.topology.Address;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks up in the data what became of the writes, through the same address as the clients. */
final class Auditor {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final Address address;
  private final WriteLog log;

  Auditor(Address address, WriteLog log) {
    this.address = address;
    this.log = log;
  }

  /**
   * Looks up and removes the oldest writes until {@code keep} hashes are left.
   *
   * @throws IOException when the data cannot be read; what was not looked up stays
   */
  void audit(int keep) throws IOException {
    Optional<Long> window = log.oldestSettled(keep);
    if (window.isEmpty()) {
      return;
    }
    try (RespConnection connection = RespConnection.open(address, TIMEOUT)) {
      while (window.isPresent()) {
        String key = WriteLog.key(window.get() * WriteLog.WINDOW);
        log.audit(window.get(), counts(connection.ask("HGETALL", key)));
        connection.ask("UNLINK", key);
        window = log.oldestSettled(keep);
      }
    }
  }

  private static Map<Long, Long> counts(Reply reply) throws IOException {
    if (!(reply instanceof Reply.Items(List<Reply> items))) {
      throw new IOException("the writes cannot be looked up: " + reply);
    }
    Map<Long, Long> counts = new HashMap<>();
    for (int i = 0; i + 1 < items.size(); i += 2) {
      if (items.get(i) instanceof Reply.Text(String id)
          && items.get(i + 1) instanceof Reply.Text(String count)) {
        counts.put(Long.parseLong(id), Long.parseLong(count));
      }
    }
    return counts;
  }
}
