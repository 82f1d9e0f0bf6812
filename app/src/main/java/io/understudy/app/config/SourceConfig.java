package io.understudy.app.config;

import io.understudy.topology.Address;
import io.understudy.wire.tls.ClientTls;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A server whose dataset is fed to others in parts.
 *
 * @param name the group's name, or the address
 * @param origin where it is found
 * @param auth how to log in to it; of a group, the group's
 * @param tls how to reach it; of a group, the group's; empty for a plain connection
 * @param state the folder in which positions and streams are kept for the next process; empty to
 *     begin anew after a restart
 * @param feeds at least one
 */
public record SourceConfig(
    String name,
    Origin origin,
    Optional<Configuration.Credentials> auth,
    Optional<ClientTls> tls,
    Optional<Path> state,
    List<FeedConfig> feeds) {
  public SourceConfig {
    feeds = List.copyOf(feeds);
  }

  /** The same with other feeds; there may be none for a moment. */
  public SourceConfig withFeeds(List<FeedConfig> others) {
    return new SourceConfig(name, origin, auth, tls, state, others);
  }

  /** The same, logged in to and reached as another one is. */
  public SourceConfig reachedAs(SourceConfig other) {
    return new SourceConfig(name, origin, other.auth, other.tls, state, feeds);
  }

  /** Where a source is found. */
  public sealed interface Origin {
    /** Always at one address. */
    record Fixed(Address address) implements Origin {}

    /** Wherever the primary of a group is. */
    record OfGroup(String group) implements Origin {}
  }
}
