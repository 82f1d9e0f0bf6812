package io.understudy.replication.sink;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Decides which replicas a feed may serve. Called on the feed's event loop. */
public interface ReplicaGate {
  /**
   * A replica asks for the stream.
   *
   * @param answer is called once on the same event loop, perhaps before this returns, with the
   *     reason of a refusal or nothing
   */
  void onReplica(Downstream replica, Consumer<Optional<String>> answer);

  /**
   * A replica is to get a snapshot, which takes the place of what it holds.
   *
   * @param followed whether it named this feed's history as its own
   */
  void onSnapshot(Downstream replica, boolean followed);

  /** A connection is gone, whether it was a replica's or not. */
  void onGone(Downstream connection);

  /** The lines of INFO that say which server's words the stream is in; none while unknown. */
  List<String> versionLines();
}
