package io.understudy.proxy.backend;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How many questions of its own the proxy asked on each of its connections, by the address that a
 * server knows the connection by: so that they can be left out of what MONITOR shows to clients.
 * Any thread.
 */
public final class Greetings {
  private final Map<String, Integer> questions = new ConcurrentHashMap<>();
  private final Map<String, Integer> answers = new ConcurrentHashMap<>();

  /** Makes an empty register. */
  public Greetings() {}

  /** So many more questions are about to be sent. */
  void asking(String address, int count) {
    questions.merge(address, count, Integer::sum);
  }

  /** One more was answered. */
  void answered(String address) {
    answers.merge(address, 1, Integer::sum);
  }

  /** The connection is gone. */
  void closed(String address) {
    questions.remove(address);
    answers.remove(address);
  }

  /** How many were asked on the connection of an address; 0 if it is none of the proxy's. */
  public int count(String address) {
    return questions.getOrDefault(address, 0);
  }

  /** How many were answered on each connection so far, by address: a copy. */
  public Map<String, Integer> answeredSoFar() {
    return Map.copyOf(answers);
  }
}
