package io.understudy.failover.hook;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.understudy.topology.Address;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a hook is told.
 *
 * @param operation the journal's number for what it is about; the same before and after, except
 *     that a switchover is asked about under the number of the request
 * @param epoch the group's epoch at that moment
 * @param oldPrimary the primary before; empty where there was none
 * @param newPrimary the primary after; before an event, the one that was asked for, if any
 * @param node the node that is added, removed or repaired
 * @param rule the rule that holds
 * @param outcome {@code done} or {@code called-off}; empty before an event
 * @param reason one sentence for a person
 * @param wallMillis when
 */
public record HookEvent(
    HookPoint point,
    String group,
    long operation,
    long epoch,
    Optional<Address> oldPrimary,
    Optional<Address> newPrimary,
    Optional<Address> node,
    String rule,
    String outcome,
    String reason,
    long wallMillis) {
  private static final String PREFIX = "UNDERSTUDY_";
  private static final JsonFactory JSON = new JsonFactory();

  private Map<String, String> values() {
    Map<String, String> values = new LinkedHashMap<>();
    values.put("group", group);
    values.put("event", point.word());
    values.put("operation", Long.toString(operation));
    values.put("epoch", Long.toString(epoch));
    values.put("old_primary", oldPrimary.map(Address::toString).orElse(""));
    values.put("new_primary", newPrimary.map(Address::toString).orElse(""));
    values.put("node", node.map(Address::toString).orElse(""));
    values.put("rule", rule);
    values.put("outcome", outcome);
    values.put("reason", reason);
    values.put("at_millis", Long.toString(wallMillis));
    return values;
  }

  /** As environment variables. */
  Map<String, String> environment() {
    Map<String, String> environment = new LinkedHashMap<>();
    values()
        .forEach(
            (name, value) ->
                environment.put(
                    PREFIX + name.toUpperCase(java.util.Locale.ROOT), value.replace('\0', ' ')));
    return environment;
  }

  /** As a JSON object in one line; numbers are strings as well, so that all values are. */
  String json() {
    var text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      out.writeStartObject();
      for (Map.Entry<String, String> each : values().entrySet()) {
        out.writeStringField(each.getKey(), each.getValue());
      }
      out.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return text.toString();
  }
}
