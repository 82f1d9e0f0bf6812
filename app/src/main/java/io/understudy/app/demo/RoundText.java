package io.understudy.app.demo;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Says what rounds gave, for a person or as JSON. */
final class RoundText {
  private RoundText() {}

  /** One round in full. */
  static String one(Round round) {
    WriteLog.Sums sums = round.sums();
    StringBuilder text = new StringBuilder();
    line(text, "writes acknowledged", Long.toString(sums.acknowledged()));
    line(text, "failed", Long.toString(sums.failed()));
    line(
        text,
        "unknown",
        sums.unknown()
            + " (looked up: "
            + sums.unknownExecuted()
            + " executed, "
            + sums.unknownNotExecuted()
            + " not)");
    line(text, "acknowledged but lost", Long.toString(sums.lost()));
    line(text, "run twice", Long.toString(sums.twice()));
    line(text, "longest pause a client saw", millis(round.pauseMillis()));
    text.append("after kill -9 of the primary:\n");
    round.stepMillis().forEach((name, value) -> line(text, "  " + name, millis(value)));
    text.append("at the end:\n");
    round.ending().forEach(server -> text.append("  ").append(server).append('\n'));
    return text.toString();
  }

  /** The least, the median and the most of several rounds. */
  static String summary(List<Round> rounds) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-48s %10s %10s %10s%n",
            rounds.size() + " rounds",
            "min",
            "median",
            "max"));
    for (Map.Entry<String, List<Double>> row : rows(rounds).entrySet()) {
      List<Double> sorted = row.getValue().stream().sorted().toList();
      text.append(
          String.format(
              Locale.ROOT,
              "%-48s %10s %10s %10s%n",
              row.getKey(),
              number(row.getKey(), sorted.getFirst()),
              number(row.getKey(), median(sorted)),
              number(row.getKey(), sorted.getLast())));
    }
    return text.toString();
  }

  private static Map<String, List<Double>> rows(List<Round> rounds) {
    Map<String, List<Double>> rows = new LinkedHashMap<>();
    for (Round round : rounds) {
      WriteLog.Sums sums = round.sums();
      add(rows, "writes acknowledged", (double) sums.acknowledged());
      add(rows, "failed", (double) sums.failed());
      add(rows, "unknown", (double) sums.unknown());
      add(rows, "acknowledged but lost", (double) sums.lost());
      add(rows, "run twice", (double) sums.twice());
      add(rows, "longest pause a client saw, ms", round.pauseMillis());
      round.stepMillis().forEach((name, value) -> add(rows, name + ", ms", value));
    }
    return rows;
  }

  private static void add(Map<String, List<Double>> rows, String name, double value) {
    rows.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
  }

  private static double median(List<Double> sorted) {
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static String number(String row, double value) {
    return String.format(Locale.ROOT, row.endsWith(", ms") ? "%.1f" : "%.0f", value);
  }

  private static String millis(double value) {
    return String.format(Locale.ROOT, "%.1f ms", value);
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-50s %s%n", name, value));
  }

  /** All rounds as one JSON value. */
  static String json(List<Round> rounds) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeBooleanField("good", rounds.stream().allMatch(Round::isGood));
      json.writeArrayFieldStart("rounds");
      for (Round round : rounds) {
        write(json, round);
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot fail to be written to", e);
    }
    return text + "\n";
  }

  private static void write(JsonGenerator json, Round round) throws IOException {
    WriteLog.Sums sums = round.sums();
    json.writeStartObject();
    json.writeBooleanField("good", round.isGood());
    json.writeStringField("complaint", round.complaint().orElse(null));
    json.writeNumberField("acknowledged", sums.acknowledged());
    json.writeNumberField("failed", sums.failed());
    json.writeNumberField("unknown", sums.unknown());
    json.writeNumberField("unknownExecuted", sums.unknownExecuted());
    json.writeNumberField("unknownNotExecuted", sums.unknownNotExecuted());
    json.writeNumberField("lost", sums.lost());
    json.writeNumberField("twice", sums.twice());
    json.writeNumberField("longestPauseMillis", round.pauseMillis());
    json.writeObjectFieldStart("stepMillis");
    for (Map.Entry<String, Double> step : round.stepMillis().entrySet()) {
      json.writeNumberField(step.getKey(), step.getValue());
    }
    json.writeEndObject();
    json.writeArrayFieldStart("ending");
    for (String server : round.ending()) {
      json.writeString(server);
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
