package io.understudy.app.rest;

import io.understudy.topology.Address;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is answered to {@code POST /CHANGE/GROUP?...}: the changes that an operator asks for.
 *
 * <p>{@link Rights} has let it through. {@code to} or {@code node} names a node, {@code seconds}
 * and {@code why} belong to a pause, {@code trial=yes} changes nothing.
 */
final class ChangePages {
  private static final long USUAL_PAUSE_SECONDS = 3_600;

  private static final String RELOAD = "/reload";

  /** The only group of this name is all of them. */
  private static final String FLEET = "*";

  private final Operator operator;

  ChangePages(Operator operator) {
    this.operator = operator;
  }

  Page answer(String path, String query, boolean text) {
    if (path.equals(RELOAD)) {
      boolean trial = parameters(query).getOrDefault("trial", "no").equals("yes");
      Operator.Result result = operator.reload(trial);
      String name = result.done() ? "done" : "refused";
      return Page.lines(text, result.done() ? 200 : 409, name, result.lines());
    }
    String[] parts = path.split("/", -1);
    if (parts.length != 3) {
      return unknown(text);
    }
    Operator.Change change;
    try {
      change = Operator.Change.valueOf(parts[1].replace('-', '_').toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      return unknown(text);
    }
    try {
      return ask(decoded(parts[2]), change, parameters(query), text);
    } catch (IllegalArgumentException e) {
      return Page.error(text, 400, String.valueOf(e.getMessage()));
    }
  }

  private static Page unknown(boolean text) {
    return Page.error(
        text,
        404,
        "POST knows /switchover, /failover, /pause, /resume, /acknowledge, /cancel, /add-node and"
            + " /remove-node of a /GROUP, and /reload");
  }

  private Page ask(
      String group, Operator.Change change, Map<String, String> parameters, boolean text) {
    Optional<Address> node =
        Optional.ofNullable(parameters.get("to"))
            .or(() -> Optional.ofNullable(parameters.get("node")))
            .map(Address::parse);
    if (change == Operator.Change.FAILOVER && node.isEmpty()) {
      throw new IllegalArgumentException("a forced failover needs a node: to=HOST:PORT");
    }
    boolean ofNode = change == Operator.Change.ADD_NODE || change == Operator.Change.REMOVE_NODE;
    if (ofNode && node.isEmpty()) {
      throw new IllegalArgumentException("it needs a node: node=HOST:PORT");
    }
    var wanted =
        new Operator.Wanted(
            change,
            node,
            Duration.ofSeconds(seconds(parameters.get("seconds"))),
            parameters.getOrDefault("why", "no reason was given"),
            Optional.ofNullable(parameters.get("at")).map(ChangePages::instant),
            parameters.getOrDefault("replace", "no").equals("yes"),
            parameters.getOrDefault("trial", "no").equals("yes"));
    boolean fleet =
        group.equals(FLEET)
            && (change == Operator.Change.PAUSE || change == Operator.Change.RESUME);
    List<String> groups = fleet ? operator.groups() : List.of(group);
    boolean done = true;
    List<String> lines = new ArrayList<>();
    for (String each : groups) {
      if (operator.served(each).isEmpty()) {
        return Page.error(
            text,
            404,
            "there is no group '" + each + "'; known: " + String.join(", ", operator.groups()));
      }
      Operator.Result result = operator.ask(each, wanted);
      done &= result.done();
      result.lines().forEach(line -> lines.add(fleet ? each + ": " + line : line));
    }
    return Page.lines(text, done ? 200 : 409, done ? "done" : "refused", lines);
  }

  private static Instant instant(String given) {
    try {
      return Instant.parse(given);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "at=" + given + " is no instant such as 2030-01-31T03:30:00Z", e);
    }
  }

  private static long seconds(@Nullable String given) {
    try {
      return given == null ? USUAL_PAUSE_SECONDS : Long.parseLong(given);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("seconds=" + given + " is no number", e);
    }
  }

  private static Map<String, String> parameters(String query) {
    Map<String, String> parameters = new HashMap<>();
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        parameters.put(pair.substring(0, equals), decoded(pair.substring(equals + 1)));
      }
    }
    return parameters;
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
