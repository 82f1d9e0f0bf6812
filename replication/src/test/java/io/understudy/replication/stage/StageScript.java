package io.understudy.replication.stage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.keys.Arguments;
import io.understudy.wire.keys.KeyFinder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Gives a stage commands that are written as text, and shows what is left of them as text. */
final class StageScript {
  private final StreamStage stage;

  StageScript(StreamStage stage) {
    this.stage = stage;
  }

  static StageScript of(Selection selection) {
    return new StageScript(
        new StreamStage(
            selection,
            Contents.ALL,
            Rename.NONE,
            Policies.DEFAULT,
            Optional.empty(),
            1 << 20,
            new Tally(),
            lost -> {}));
  }

  static StageScript of(Selection selection, Rename rename) {
    return new StageScript(
        new StreamStage(
            selection,
            Contents.ALL,
            rename,
            Policies.DEFAULT,
            Optional.empty(),
            1 << 20,
            new Tally(),
            lost -> {}));
  }

  static StageScript of(Contents contents) {
    return new StageScript(
        new StreamStage(
            Selection.EVERYTHING,
            contents,
            Rename.NONE,
            Policies.DEFAULT,
            Optional.empty(),
            1 << 20,
            new Tally(),
            lost -> {}));
  }

  /** A stage with policies, which adds what it leaves out to a list. */
  static StageScript of(Selection selection, Policies policies, List<String> lost) {
    return new StageScript(
        new StreamStage(
            selection,
            Contents.ALL,
            Rename.NONE,
            policies,
            Optional.empty(),
            1 << 20,
            new Tally(),
            lost::add));
  }

  static StageScript of(Selection selection, RdbTarget target) {
    return new StageScript(
        new StreamStage(
            selection,
            Contents.ALL,
            Rename.NONE,
            Policies.DEFAULT,
            Optional.of(target),
            1 << 20,
            new Tally(),
            lost -> {}));
  }

  /** Gives one command of database 0. */
  StreamStage.Outcome give(String text) {
    return give(text, 0);
  }

  StreamStage.Outcome give(String text, int database) {
    return stage.accept(command(text), database);
  }

  /** What is left so far: words in a line, commands joined with {@code ;}. */
  String left() {
    ByteBuf bytes = Unpooled.copiedBuffer(stage.out().array(), 0, stage.out().size());
    stage.out().clear();
    List<String> commands = new ArrayList<>();
    Arguments arguments = new Arguments();
    int at = 0;
    while (at < bytes.writerIndex()) {
      arguments.read(bytes, at);
      List<String> words = new ArrayList<>();
      for (int i = 0; i < arguments.count(); i++) {
        words.add(arguments.text(i));
      }
      commands.add(String.join(" ", words));
      int last = arguments.count() - 1;
      at = arguments.offset(last) + arguments.length(last) + 2;
    }
    return String.join("; ", commands);
  }

  StreamStage stage() {
    return stage;
  }

  static StreamCommand command(String text) {
    List<byte[]> words =
        Arrays.stream(text.split(" ", -1))
            .map(word -> word.getBytes(StandardCharsets.ISO_8859_1))
            .toList();
    CommandBytes built = new CommandBytes();
    built.add(words);
    byte[] bytes = Arrays.copyOf(built.array(), built.size());
    Arguments arguments = new Arguments();
    arguments.read(Unpooled.wrappedBuffer(bytes), 0);
    String[] names = text.split(" ", -1);
    CommandTable table = CommandTable.standard();
    Command command = table.named(names[0]);
    if (command.container() && names.length > 1) {
      command = table.named(names[0] + "|" + names[1]);
    }
    KeyFinder keys = new KeyFinder();
    keys.find(command, arguments);
    return new StreamCommand(bytes, 0, bytes.length, command, arguments, keys);
  }
}
