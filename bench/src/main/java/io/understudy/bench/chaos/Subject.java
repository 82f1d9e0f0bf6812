package io.understudy.bench.chaos;

import io.understudy.testkit.RespClient;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What is tried: the programs that keep the group available, and how its clients find the primary.
 */
sealed interface Subject permits UnderstudySubject, SentinelSubject {
  /**
   * One client's connection.
   *
   * @param client where requests go
   * @param reign the number of the primary's reign, as it was known at connect; negative when each
   *     reply tells it
   */
  record Connected(RespClient client, long reign) {}

  /** Starts everything; does not wait. */
  void start() throws IOException;

  /** The keepers, or the Sentinels. */
  List<Daemon> keepers();

  /** The ensemble; empty where there is none. */
  List<Daemon> zookeepers();

  /** The keeper that acts for the group now, if that is known. */
  Optional<Daemon> leader();

  /** The member of the ensemble that leads it, if that is known. */
  Optional<Daemon> zookeeperLeader();

  /** What keeps it from looking after the group; empty if nothing. */
  Optional<String> flaw();

  /** Changes the primary as planned; another fault may be the reason that it is refused. */
  void switchover();

  /** Tells it that the failovers so far were meant, so that it does not grow wary of more. */
  void acknowledge();

  /** What it says itself about the group now; empty when it says nothing. */
  String explanation();

  /**
   * Does what an operator does when no server may be promoted: forces one, whatever that loses.
   * Does nothing when that is not what is waited for.
   *
   * @param best the server to take
   * @return whether it did something
   */
  boolean decideAsOperator(Host best) throws IOException;

  /**
   * Connects as a client would.
   *
   * @param home the lot of clients, 0 to 2
   * @param attempt grows by one each time a connection failed
   */
  Connected connect(int home, int attempt) throws IOException;
}
