package io.understudy.proxy.backend;

/** Something that collects bytes during a turn of an event loop and writes them at its end. */
public interface Flushable {
  /** Writes what was collected. On the event loop. */
  void flush();
}
