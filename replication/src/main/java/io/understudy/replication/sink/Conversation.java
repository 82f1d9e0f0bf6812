package io.understudy.replication.sink;

import io.understudy.wire.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a connection says and is answered, as a primary would: the handshake of replicas of every
 * version, and the questions that people, Sentinels and keepers ask.
 */
final class Conversation {
  private static final String SENTINEL_HELLO = "__sentinel__:hello";
  private static final String OK = "+OK\r\n";
  private static final String NOT_LOGGED_IN = "-NOAUTH Authentication required.\r\n";

  private final FeedServer server;
  private final Downstream downstream;
  private boolean loggedIn;
  private int listeningPort;
  private String address = "";
  private String version = "";
  private boolean knowsEndMark;
  private boolean asking;

  Conversation(FeedServer server, Downstream downstream) {
    this.server = server;
    this.downstream = downstream;
    this.loggedIn = server.options().password().isEmpty();
  }

  /** The port on which the replica itself listens; 0 until it told. */
  int listeningPort() {
    return listeningPort;
  }

  /** The address that the replica wants to be known by; empty if it told none. */
  String address() {
    return address;
  }

  /** The replica's version; empty if it told none, as no Redis does. */
  String version() {
    return version;
  }

  void onCommand(List<String> words) {
    String name = words.getFirst().toUpperCase(Locale.ROOT);
    if (!loggedIn && !List.of("AUTH", "HELLO", "QUIT").contains(name)) {
      downstream.say(NOT_LOGGED_IN);
      return;
    }
    switch (name) {
      case "PING" -> downstream.say(words.size() > 1 ? bulk(words.get(1)) : "+PONG\r\n");
      case "ECHO" -> downstream.say(words.size() == 2 ? bulk(words.get(1)) : wrongArguments(name));
      case "AUTH" -> login(words);
      case "REPLCONF" -> configure(words);
      case "PSYNC" -> sync(words);
      case "SYNC" -> {
        downstream.knowsNoOffsets();
        askForSnapshot(Optional.empty(), 0);
      }
      case "INFO" -> downstream.say(bulk(server.report().info(words.subList(1, words.size()))));
      case "ROLE" -> downstream.say(server.report().role());
      case "SELECT", "CLIENT" -> downstream.say(OK);
      case "COMMAND" -> {
        if (words.size() == 3 && words.get(1).equalsIgnoreCase("INFO")) {
          asked(answer -> server.inquiries().command(words.get(2), answer));
        } else {
          downstream.say("*0\r\n");
        }
      }
      case "UNDERSTUDY" -> value(words);
      case "SUBSCRIBE", "PUBLISH" -> sentinel(name, words);
      case "QUIT" -> {
        downstream.say(OK);
        downstream.closeWhenSaid();
      }
      default -> refuse(words);
    }
  }

  private void refuse(List<String> words) {
    downstream.say(
        "-ERR this is a replication feed of Understudy, which holds no data: '"
            + printable(words.getFirst())
            + "' is not answered here\r\n");
  }

  /**
   * What Sentinels tell each other, which they take for lost without an answer. They find each
   * other on the replicas.
   */
  private void sentinel(String name, List<String> words) {
    if (words.size() < 2 || !words.get(1).equals(SENTINEL_HELLO)) {
      refuse(words);
    } else if (name.equals("PUBLISH")) {
      downstream.say(":0\r\n");
    } else {
      downstream.say("*3\r\n$9\r\nsubscribe\r\n" + bulk(SENTINEL_HELLO) + ":1\r\n");
    }
  }

  /** What another Understudy asks, whose source this feed is. */
  private void value(List<String> words) {
    Optional<Integer> database =
        words.size() == 4 ? number(words.get(2)).map(Long::intValue) : Optional.empty();
    if (database.isEmpty() || !words.get(1).equalsIgnoreCase("VALUE")) {
      downstream.say("-ERR write UNDERSTUDY VALUE, a database and a key\r\n");
      return;
    }
    byte[] key = words.get(3).getBytes(StandardCharsets.ISO_8859_1);
    asked(answer -> server.inquiries().value(database.get(), key, answer));
  }

  /** Each question may cost a connection to the source, so there is one at a time. */
  private void asked(Consumer<Consumer<Frame>> question) {
    if (asking) {
      downstream.say("-ERR one question at a time\r\n");
      return;
    }
    asking = true;
    question.accept(
        frame -> {
          asking = false;
          downstream.say(frame);
        });
  }

  private void login(List<String> words) {
    Optional<String> password = server.options().password();
    if (password.isEmpty()) {
      downstream.say("-ERR AUTH called without any password configured\r\n");
      return;
    }
    loggedIn = words.size() > 1 && words.getLast().equals(password.get());
    downstream.say(
        loggedIn ? OK : "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
  }

  private void configure(List<String> words) {
    String reply = OK;
    for (int i = 1; i < words.size(); i += 2) {
      String option = words.get(i).toLowerCase(Locale.ROOT);
      String value = i + 1 < words.size() ? words.get(i + 1) : "";
      switch (option) {
        case "listening-port" -> listeningPort = number(value).map(Long::intValue).orElse(0);
        case "ip-address" -> address = value;
        case "version" -> version = value;
        case "capa" -> knowsEndMark |= value.equalsIgnoreCase("eof");
        case "ack" -> {
          number(value).ifPresent(downstream::acknowledged);
          return; // an acknowledgement gets no reply
        }
        case "getack" -> {
          return;
        }
        default -> reply = "-ERR Unrecognized REPLCONF option: " + printable(option) + "\r\n";
      }
    }
    downstream.say(reply);
  }

  private void sync(List<String> words) {
    if (words.size() < 3) {
      downstream.say(wrongArguments("psync"));
      return;
    }
    // A replica asks for the first byte that it lacks, which is one more than it has.
    Optional<Long> wanted = number(words.get(2)).filter(offset -> offset > 0);
    askForSnapshot(
        wanted.isPresent() ? Optional.of(words.get(1)) : Optional.empty(),
        wanted.map(offset -> offset - 1).orElse(0L));
  }

  private void askForSnapshot(Optional<String> replicationId, long offset) {
    Optional<String> refusal = server.refusal();
    if (refusal.isPresent()) {
      downstream.refuse(refusal.get());
    } else if (!knowsEndMark) {
      downstream.refuse("snapshots of this feed have an end mark; say REPLCONF capa eof first");
    } else {
      downstream.askedForStream(replicationId, offset);
    }
  }

  private static Optional<Long> number(String text) {
    try {
      return Optional.of(Long.parseLong(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static String wrongArguments(String name) {
    return "-ERR wrong number of arguments for '" + name.toLowerCase(Locale.ROOT) + "' command\r\n";
  }

  private static String bulk(String text) {
    return "$" + text.length() + "\r\n" + text + "\r\n";
  }

  private static String printable(String text) {
    String line = text.replaceAll("[\\r\\n]", " ");
    return line.length() <= 64 ? line : line.substring(0, 64);
  }
}
