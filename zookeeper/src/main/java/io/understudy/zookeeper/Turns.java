package io.understudy.zookeeper;

import java.time.Duration;

/**
 * Where a part of the agreement runs: one thing at a time, and nothing any more once it is ended.
 */
interface Turns {
  /** Soon. */
  void soon(Runnable work);

  /** After a while. */
  void after(Duration delay, Runnable work);

  /** Now, and again so long after each end. */
  void every(Duration pause, Runnable work);
}
