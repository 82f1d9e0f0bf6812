package io.understudy.replication.state;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.source.SourceServer;
import io.understudy.replication.stage.KeyName;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A {@link ResumeState} as bytes. */
final class StateBytes {
  private StateBytes() {}

  static byte[] write(ResumeState state) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeUTF(state.history());
      out.writeLong(state.offset());
      out.writeInt(state.database());
      out.writeUTF(state.server().family().name());
      out.writeUTF(state.server().version());
      out.writeBoolean(state.server().feed());
      out.writeInt(state.feeds().size());
      for (ResumeState.FeedState feed : state.feeds()) {
        write(feed, out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory cannot be written", e);
    }
    return bytes.toByteArray();
  }

  private static void write(ResumeState.FeedState feed, DataOutputStream out) throws IOException {
    out.writeUTF(feed.listen());
    out.writeUTF(feed.plan());
    out.writeUTF(feed.replicationId());
    out.writeLong(feed.start());
    out.writeLong(feed.end());
    out.writeLong(feed.safeOffset());
    out.writeInt(feed.selected());
    out.writeBoolean(feed.target().isPresent());
    if (feed.target().isPresent()) {
      RdbTarget target = feed.target().get();
      out.writeUTF(target.family().name());
      out.writeInt(target.major());
      out.writeInt(target.minor());
      out.writeUTF(target.loss().name());
    }
    out.writeInt(feed.pending().size());
    for (KeyName key : feed.pending()) {
      out.writeInt(key.database());
      out.writeInt(key.bytes().length);
      out.write(key.bytes());
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IOException or IllegalArgumentException if it is something else
   */
  static ResumeState read(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    String history = in.readUTF();
    long offset = in.readLong();
    int database = in.readInt();
    SourceServer server =
        new SourceServer(
            SourceServer.Family.valueOf(in.readUTF()), in.readUTF(), false, in.readBoolean());
    List<ResumeState.FeedState> feeds = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      feeds.add(readFeed(in));
    }
    return new ResumeState(history, offset, database, server, feeds);
  }

  private static ResumeState.FeedState readFeed(DataInputStream in) throws IOException {
    String listen = in.readUTF();
    String plan = in.readUTF();
    String replicationId = in.readUTF();
    long start = in.readLong();
    long end = in.readLong();
    long safeOffset = in.readLong();
    int selected = in.readInt();
    Optional<RdbTarget> target = in.readBoolean() ? Optional.of(readTarget(in)) : Optional.empty();
    List<KeyName> pending = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      int database = in.readInt();
      pending.add(new KeyName(database, in.readNBytes(in.readInt())));
    }
    return new ResumeState.FeedState(
        listen, plan, replicationId, start, end, safeOffset, selected, target, pending);
  }

  private static RdbTarget readTarget(DataInputStream in) throws IOException {
    RdbVersion.Family family = RdbVersion.Family.valueOf(in.readUTF());
    int major = in.readInt();
    int minor = in.readInt();
    return RdbTarget.of(family, major, minor).withLoss(RdbTarget.Loss.valueOf(in.readUTF()));
  }
}
