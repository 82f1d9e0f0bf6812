package io.understudy.zookeeper;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.understudy.topology.Address;
import io.understudy.topology.Durability;
import io.understudy.topology.Epoch;
import io.understudy.topology.Node;
import io.understudy.topology.RunId;
import io.understudy.topology.Topology;
import io.understudy.topology.Verification;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A topology as JSON, which other programs may read too. */
final class TopologyText {
  private static final JsonFactory JSON = new JsonFactory();

  private TopologyText() {}

  static byte[] write(Topology topology) {
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("group", topology.group());
      json.writeNumberField("epoch", topology.epoch().number());
      json.writeNumberField("version", topology.version());
      if (topology.primary().isPresent()) {
        json.writeFieldName("primary");
        write(json, topology.primary().get());
      }
      if (topology.retiring().isPresent()) {
        json.writeFieldName("retiring");
        write(json, topology.retiring().get());
      }
      json.writeArrayFieldStart("replicas");
      for (Node replica : topology.replicas()) {
        write(json, replica);
      }
      json.writeEndArray();
      json.writeStringField("reason", topology.reason());
      if (topology.durability().isPresent()) {
        json.writeFieldName("durability");
        write(json, topology.durability().get());
      }
      if (topology.verification().isPresent()) {
        Verification terms = topology.verification().get();
        json.writeObjectFieldStart("verification");
        json.writeNumberField("leaseMillis", terms.lease().toMillis());
        json.writeEndObject();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("an array cannot fail to be written to", e);
    }
    return bytes.toByteArray();
  }

  private static void write(JsonGenerator json, Durability durability) throws IOException {
    json.writeStartObject();
    json.writeNumberField("replicas", durability.replicas());
    json.writeNumberField("timeoutMillis", durability.timeout().toMillis());
    json.writeArrayFieldStart("voters");
    for (RunId voter : durability.voters()) {
      json.writeString(voter.value());
    }
    json.writeEndArray();
    json.writeNumberField("others", durability.others());
    json.writeNumberField("attachments", durability.attachments());
    json.writeBooleanField("confirms", durability.confirms());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, Node node) throws IOException {
    json.writeStartObject();
    json.writeStringField("address", node.address().toString());
    json.writeStringField("runId", node.runId().value());
    json.writeEndObject();
  }

  /**
   * Reads what {@link #write} wrote. Fields that a later version adds are passed over.
   *
   * @throws IOException when it is something else; one line
   */
  static Topology read(byte[] bytes) throws IOException {
    String group = "";
    long epoch = 0;
    long version = 0;
    List<Node> primary = List.of();
    List<Node> replicas = List.of();
    List<Node> retiring = List.of();
    List<Durability> durability = List.of();
    List<Verification> verification = List.of();
    String reason = "";
    try (JsonParser json = JSON.createParser(bytes)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String field = json.currentName();
        json.nextToken();
        switch (field) {
          case "group" -> group = json.getValueAsString("");
          case "epoch" -> epoch = json.getLongValue();
          case "version" -> version = json.getLongValue();
          case "primary" -> primary = List.of(node(json));
          case "replicas" -> replicas = nodes(json);
          case "retiring" -> retiring = List.of(node(json));
          case "durability" -> durability = List.of(durability(json));
          case "verification" -> verification = List.of(verification(json));
          case "reason" -> reason = json.getValueAsString("");
          default -> json.skipChildren();
        }
      }
      return new Topology(
          group,
          new Epoch(epoch),
          version,
          primary.stream().findFirst(),
          replicas,
          reason,
          retiring.stream().findFirst(),
          durability.stream().findFirst(),
          verification.stream().findFirst());
    } catch (IOException | IllegalArgumentException e) {
      String why = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
      throw new IOException("what is published of a group cannot be read: " + why, e);
    }
  }

  private static Verification verification(JsonParser json) throws IOException {
    long leaseMillis = 0;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "leaseMillis" -> leaseMillis = json.getLongValue();
        default -> json.skipChildren();
      }
    }
    return new Verification(Duration.ofMillis(leaseMillis));
  }

  private static Durability durability(JsonParser json) throws IOException {
    int replicas = 0;
    long timeoutMillis = 0;
    List<RunId> voters = new ArrayList<>();
    int others = 0;
    long attachments = 0;
    boolean confirms = false;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "replicas" -> replicas = json.getIntValue();
        case "timeoutMillis" -> timeoutMillis = json.getLongValue();
        case "voters" -> {
          while (json.nextToken() == JsonToken.VALUE_STRING) {
            voters.add(new RunId(json.getText()));
          }
        }
        case "others" -> others = json.getIntValue();
        case "attachments" -> attachments = json.getLongValue();
        case "confirms" -> confirms = json.getBooleanValue();
        default -> json.skipChildren();
      }
    }
    return new Durability(
        replicas, Duration.ofMillis(timeoutMillis), voters, others, attachments, confirms);
  }

  private static List<Node> nodes(JsonParser json) throws IOException {
    List<Node> nodes = new ArrayList<>();
    while (json.nextToken() == JsonToken.START_OBJECT) {
      nodes.add(node(json));
    }
    return nodes;
  }

  private static Node node(JsonParser json) throws IOException {
    Optional<Address> address = Optional.empty();
    Optional<RunId> runId = Optional.empty();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String field = json.currentName();
      json.nextToken();
      switch (field) {
        case "address" -> address = Optional.of(Address.parse(json.getValueAsString("")));
        case "runId" -> runId = Optional.of(new RunId(json.getValueAsString("")));
        default -> json.skipChildren();
      }
    }
    if (address.isEmpty() || runId.isEmpty()) {
      throw new IOException("a node has an address and a runId");
    }
    return new Node(address.get(), runId.get());
  }
}
