package io.understudy.proxy.backend;

/** Who wants to know when commands begin to wait for a primary. On the pool's event loop. */
public interface Interruption {
  /** What is sent now waits. */
  void began();

  /** There is a primary that takes commands. */
  void ended();
}
