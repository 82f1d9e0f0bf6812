package io.understudy.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.topology.Address;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * A conversation of several clients, step by step, and everything they heard: to compare what is
 * heard through the proxy with what is heard from a server.
 *
 * <p>A step is {@code CLIENT COMMAND}; each client is connected when it first speaks. {@code $b} in
 * a command stands for the id of client b. What a client is sent unasked is noted with the reply
 * behind it, so a PING shows what came before.
 */
final class Talk implements AutoCloseable {
  private static final Pattern UNASKED =
      Pattern.compile(
          "(>2\r\n\\$\\d+\r\n(invalidate|tracking-redir-broken)"
              + "|[*>]\\d\r\n\\$\\d\r\n[ps]?message\r\n|\\+1\\d{9}\\.).*",
          Pattern.DOTALL);

  /** Where a line of MONITOR says that it comes from, and when. */
  private static final Pattern MONITORED = Pattern.compile("\\+\\d+\\.\\d+ \\[(\\d+) \\S+]");

  private final Address address;
  private final Map<String, Wire> clients = new HashMap<>();
  private final List<String> heard = new ArrayList<>();
  private final Map<String, String> ids = new HashMap<>();

  Talk(Address address) {
    this.address = address;
  }

  /** What is heard of a conversation; steps are separated by bars. */
  static List<String> of(Address address, String conversation) throws IOException {
    try (Talk talk = new Talk(address)) {
      talk.say(conversation);
      return talk.heard;
    }
  }

  /** Has the same said to both, and requires that the same is heard. */
  static void requireSame(Address server, Address proxy, String conversation) throws IOException {
    List<String> direct = of(server, conversation);
    List<String> through = of(proxy, conversation);
    for (int i = 0; i < Math.max(direct.size(), through.size()); i++) {
      assertThat(i < through.size() ? through.get(i) : "(nothing)")
          .as("%s, frame %s", conversation, i)
          .isEqualTo(i < direct.size() ? direct.get(i) : "(nothing)");
    }
  }

  /** The client of that name. */
  Wire client(String name) throws IOException {
    Wire known = clients.get(name);
    if (known != null) {
      return known;
    }
    Wire wire = new Wire(address);
    clients.put(name, wire);
    ids.put("$" + name, wire.call("CLIENT", "ID").substring(1).trim());
    return wire;
  }

  /** Has each step said and answered. */
  void say(String conversation) throws IOException {
    for (String step : conversation.split("\\|", -1)) {
      int blank = step.indexOf(' ');
      Wire client = client(step.substring(0, blank));
      List<String> words = new ArrayList<>();
      for (String word : step.substring(blank + 1).split(" ", -1)) {
        if (word.startsWith("$") && word.length() > 1) {
          client(word.substring(1));
        }
        words.add(ids.getOrDefault(word, word));
      }
      client.send(words.toArray(String[]::new));
      String frame = client.read();
      while (UNASKED.matcher(frame).matches()) {
        note(step, frame);
        frame = client.read();
      }
      note(step, frame);
    }
  }

  /** What was heard so far. */
  List<String> heard() {
    return heard;
  }

  private void note(String step, String frame) {
    String shown = MONITORED.matcher(frame).replaceAll("+ [$1]");
    if (step.contains("REDIR") || step.contains("TRACKINGINFO")) {
      for (Map.Entry<String, String> id : ids.entrySet()) {
        shown = shown.replace(":" + id.getValue() + "\r\n", ":" + id.getKey() + "\r\n");
      }
    }
    heard.add(step + " -> " + shown.replaceAll("\\$2\r\nid\r\n:\\S+", "id"));
  }

  @Override
  public void close() throws IOException {
    for (Wire client : clients.values()) {
      client.close();
    }
  }
}
