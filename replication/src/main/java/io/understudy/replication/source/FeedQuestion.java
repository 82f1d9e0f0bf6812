package io.understudy.replication.source;

import io.understudy.replication.source.ValueQuestion.Answer;
import io.understudy.replication.stage.KeyName;
import io.understudy.wire.frame.Frame;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How to read a value where the source is a feed of another Understudy: it holds no data, but can
 * ask its own source, and tells at which offset of its own stream the value is that. Pure.
 */
public final class FeedQuestion {
  private static final int REPLIES = 3;

  private FeedQuestion() {}

  static Frame ask(KeyName key) {
    return new Frame.Array(
        List.of(
            Frame.bulk("UNDERSTUDY"),
            Frame.bulk("VALUE"),
            Frame.bulk(Integer.toString(key.database())),
            Frame.bulk(key.bytes())));
  }

  static Answer read(KeyName key, Frame reply) {
    if (reply instanceof Frame.Failure(String error)) {
      return new Answer.Refused("refused to tell a value: " + error);
    }
    if (!(reply instanceof Frame.Array(List<Frame> items))
        || items.size() != REPLIES
        || !(items.get(1) instanceof Frame.Whole(long offset))
        || !(items.get(2) instanceof Frame.Array(List<Frame> told))) {
      return new Answer.Refused("answered a question for a value with " + reply);
    }
    List<List<byte[]>> commands = new ArrayList<>();
    for (Frame each : told) {
      List<byte[]> words = new ArrayList<>();
      if (each instanceof Frame.Array(List<Frame> parts)) {
        parts.forEach(
            part -> words.add(ValueQuestion.text(part).getBytes(StandardCharsets.ISO_8859_1)));
      }
      commands.add(words);
    }
    return new Answer.Value(
        new FetchedValue(key, ValueQuestion.text(items.getFirst()), offset, commands));
  }

  /** What a feed answers. */
  public static Frame answer(String replicationId, long offset, List<List<byte[]>> commands) {
    return new Frame.Array(
        List.of(
            Frame.bulk(replicationId),
            new Frame.Whole(offset),
            new Frame.Array(
                commands.stream()
                    .<Frame>map(
                        words -> new Frame.Array(words.stream().<Frame>map(Frame::bulk).toList()))
                    .toList())));
  }
}
