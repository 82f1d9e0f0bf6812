package io.understudy.app.demo;

import java.util.List;
import java.util.Optional;

/**
 * Everything that the screen shows at one instant.
 *
 * @param serverName such as {@code Redis 7.0.15}
 * @param address where clients connect
 * @param admin where status is answered
 * @param seconds since the demo started
 * @param rule the rule that holds now, and its reason
 * @param writesPerSecond over the last half second
 * @param recent acknowledgements per half second, oldest first
 * @param waitingMillis how long no write has been acknowledged, once that is worth a word
 * @param news the newest last
 */
record Scene(
    String serverName,
    String address,
    String admin,
    long seconds,
    long epoch,
    String rule,
    String reason,
    List<Server> servers,
    WriteLog.Sums sums,
    long writesPerSecond,
    List<Long> recent,
    Optional<Long> waitingMillis,
    List<String> news) {
  Scene {
    servers = List.copyOf(servers);
    recent = List.copyOf(recent);
    news = List.copyOf(news);
  }

  /**
   * One server.
   *
   * @param process what its process is doing, which Understudy can only infer
   * @param role as Understudy sees it
   * @param offset its replication offset, or a dash
   * @param words its health and link as Understudy sees them
   */
  record Server(
      String address,
      DemoServer.State process,
      String role,
      boolean isPrimary,
      String offset,
      String words) {}
}
