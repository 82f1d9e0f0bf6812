package io.understudy.app.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is answered to {@code GET /slowlog}, {@code /slowlog/NAME}, {@code /hotkeys/GROUP} and
 * {@code /bigkeys/GROUP}, each with {@code ?top=NUMBER}. A name is that of a group or a listener.
 */
final class SightPages {
  static final String SLOWLOG = "/slowlog";
  static final String HOTKEYS = "/hotkeys/";
  static final String BIGKEYS = "/bigkeys/";

  /** How many are told when nobody says how many. */
  private static final int USUAL = 20;

  private static final Pattern TOP = Pattern.compile("top=([0-9]{1,5})");
  private static final double MILLIS = 1e6;
  private static final double PERCENT = 100;

  private final Sightings sightings;

  SightPages(Sightings sightings) {
    this.sightings = sightings;
  }

  static boolean knows(String path) {
    return path.equals(SLOWLOG)
        || path.startsWith(SLOWLOG + "/")
        || path.startsWith(HOTKEYS)
        || path.startsWith(BIGKEYS);
  }

  /**
   * Answers.
   *
   * @param groups all that there are
   * @param query what stands behind the question mark; may be empty
   */
  Page answer(String path, String query, List<GroupReport> groups, boolean text) {
    Matcher top = TOP.matcher(query);
    if (!query.isEmpty() && !top.matches()) {
      return Page.error(text, 400, "?top=NUMBER says how many");
    }
    int most = query.isEmpty() ? USUAL : Integer.parseInt(top.group(1));
    List<String> names = groups.stream().map(GroupReport::name).toList();
    if (path.startsWith(SLOWLOG)) {
      String name = path.equals(SLOWLOG) ? "" : path.substring(SLOWLOG.length() + 1);
      boolean known =
          name.isEmpty()
              || names.contains(name)
              || groups.stream().anyMatch(group -> group.listeners().contains(name));
      return known ? slow(name, most, text) : unknown("group or listener", name, names, text);
    }
    String group = path.substring(path.indexOf('/', 1) + 1);
    if (!names.contains(group)) {
      return unknown("group", group, names, text);
    }
    Sightings.Keys keys = sightings.keys(group);
    return path.startsWith(HOTKEYS)
        ? hot(keys.hot().stream().limit(most).toList(), text)
        : big(keys.big().stream().limit(most).toList(), text);
  }

  private static Page unknown(String what, String name, List<String> known, boolean text) {
    String all = String.join(", ", known);
    return Page.error(text, 404, "there is no " + what + " '" + name + "'; groups: " + all);
  }

  // ---- slow requests

  private Page slow(String name, int most, boolean text) {
    List<Sightings.Slow> slow =
        sightings.slow().stream()
            .filter(s -> name.isEmpty() || s.group().equals(name) || s.listener().equals(name))
            .limit(most)
            .toList();
    if (text) {
      return Page.text(table(slow.stream().map(SightPages::line).toList(), "no slow request"));
    }
    return Page.json(ReportJson.write(json -> array(json, "slow", slow, SightPages::slow)));
  }

  private static String line(Sightings.Slow slow) {
    StringBuilder words = new StringBuilder(slow.command().replace('|', ' '));
    slow.arguments().forEach(argument -> words.append(' ').append(quoted(argument)));
    if (slow.more() > 0) {
      words.append(" ... (").append(slow.more()).append(" more)");
    }
    return String.format(
        Locale.ROOT,
        "%8s ago %10.3f ms  %s%s  %s%s%s",
        seconds(slow.ago()),
        slow.took().toNanos() / MILLIS,
        slow.client(),
        slow.name().isEmpty() ? "" : " (" + slow.name() + ")",
        slow.group(),
        slow.commands() > 1 ? "  first of " + slow.commands() + ": " : "  ",
        words);
  }

  private static String quoted(String argument) {
    return argument.isEmpty() || argument.indexOf(' ') >= 0 ? '"' + argument + '"' : argument;
  }

  private static void slow(JsonGenerator json, Sightings.Slow slow) throws IOException {
    json.writeStringField("listener", slow.listener());
    json.writeStringField("group", slow.group());
    json.writeNumberField("agoMillis", slow.ago().toMillis());
    json.writeNumberField("tookMicros", slow.took().toNanos() / 1_000);
    json.writeStringField("client", slow.client());
    json.writeStringField("name", slow.name().isEmpty() ? null : slow.name());
    json.writeNumberField("commands", slow.commands());
    json.writeStringField("command", slow.command());
    json.writeStringField("key", slow.key().isEmpty() ? null : slow.key());
    ReportJson.strings(json, "arguments", slow.arguments());
    json.writeNumberField("moreArguments", slow.more());
  }

  // ---- keys

  private static Page hot(List<Sightings.Hot> hot, boolean text) {
    if (!text) {
      return Page.json(ReportJson.write(json -> array(json, "hot", hot, SightPages::hot)));
    }
    List<String> lines =
        hot.stream()
            .map(
                key ->
                    String.format(
                        Locale.ROOT,
                        "%6.2f %%  (at most %.2f too high)  %s%s",
                        key.share() * PERCENT,
                        key.excess() * PERCENT,
                        key.key(),
                        database(key.database())))
            .toList();
    return Page.text(table(lines, "no key was seen"));
  }

  private static void hot(JsonGenerator json, Sightings.Hot key) throws IOException {
    json.writeNumberField("database", key.database());
    json.writeStringField("key", key.key());
    json.writeNumberField("share", key.share());
    json.writeNumberField("excess", key.excess());
  }

  private static Page big(List<Sightings.Big> big, boolean text) {
    if (!text) {
      return Page.json(ReportJson.write(json -> array(json, "big", big, SightPages::big)));
    }
    List<String> lines =
        big.stream()
            .map(
                key ->
                    String.format(
                        Locale.ROOT,
                        "%12d bytes  %s of %s, %s ago  %s%s",
                        key.bytes(),
                        key.reply() ? "reply" : "request",
                        key.command().replace('|', ' '),
                        seconds(key.ago()),
                        key.key(),
                        database(key.database())))
            .toList();
    return Page.text(table(lines, "no large request or reply was seen"));
  }

  private static void big(JsonGenerator json, Sightings.Big key) throws IOException {
    json.writeNumberField("database", key.database());
    json.writeStringField("key", key.key());
    json.writeNumberField("bytes", key.bytes());
    json.writeStringField("of", key.reply() ? "reply" : "request");
    json.writeStringField("command", key.command());
    json.writeNumberField("agoMillis", key.ago().toMillis());
  }

  private static String database(int number) {
    return number == 0 ? "" : "  (database " + number + ")";
  }

  private static String seconds(Duration duration) {
    return duration.toSeconds() + " s";
  }

  private static String table(List<String> lines, String none) {
    return (lines.isEmpty() ? none : String.join("\n", lines)) + "\n";
  }

  /** Writes the fields of one. */
  private interface Fields<T> {
    void write(JsonGenerator json, T one) throws IOException;
  }

  private static <T> void array(JsonGenerator json, String name, List<T> all, Fields<T> fields)
      throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart(name);
    for (T one : all) {
      json.writeStartObject();
      fields.write(json, one);
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
