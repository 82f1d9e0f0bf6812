package io.understudy.wire.keys;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.testkit.EachServer;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.Reply;
import io.understudy.testkit.RespClient;
import io.understudy.testkit.ServerVersion;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import io.understudy.wire.command.KeySpec;
import io.understudy.wire.frame.FrameEncoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** The keys found in generated commands are those that real servers find. */
class KeyFinderServerTest {
  private static final int TRIES_PER_COMMAND = 40;
  private static final long SEED = 20261120;

  /** Its KEYS form is the one spec that is honestly incomplete: no test could be stricter. */
  private static final Set<String> NEVER_COMPLETE = Set.of("migrate");

  private final Arguments arguments = new Arguments();
  private final KeyFinder finder = new KeyFinder();
  private final Random random = new Random(SEED);

  @EachServer
  void shouldFindTheKeysThatTheServerFinds(ServerVersion version) throws IOException {
    Set<String> compared = new TreeSet<>();
    Set<String> expected = new TreeSet<>();
    try (RedisServer server = RedisServer.start(version);
        RespClient client = server.connect()) {
      for (Command command : CommandTable.standard().commands()) {
        if (command.keySpecs().stream().anyMatch(spec -> !spec.isNotKey())
            && isIn(command, client)) {
          expected.add(command.name());
          for (int i = 0; i < TRIES_PER_COMMAND; i++) {
            if (compare(command, client)) {
              compared.add(command.name());
            }
          }
        }
      }
    }
    expected.removeAll(NEVER_COMPLETE);
    expected.removeAll(compared);
    if (version.equals(ServerVersion.oldest(ServerVersion.Family.REDIS))) {
      expected.clear(); // before key specs, Redis told the keys of right commands only
    }
    assertThat(expected).as("commands whose keys %s never told", version).isEmpty();
    assertThat(compared.size()).isGreaterThan(120);
  }

  private static boolean isIn(Command command, RespClient client) throws IOException {
    boolean subcommand = command.name().contains("|");
    Reply reply = client.call("COMMAND", "INFO", command.name().split("\\|", -1)[0]);
    return reply instanceof Reply.Items(var items)
        && items.getFirst() instanceof Reply.Items(var info)
        && (!subcommand || info.size() > 9);
  }

  /** Generates one command; false when the server or the finder does not tell its keys. */
  private boolean compare(Command command, RespClient client) throws IOException {
    List<String> words = generate(command);
    List<String> question = new ArrayList<>(List.of("COMMAND", "GETKEYS"));
    question.addAll(words);
    Reply answer = client.call(question.toArray(String[]::new));
    ByteBuf bytes = Unpooled.buffer();
    FrameEncoder.writeCommand(bytes, words.toArray(String[]::new));
    arguments.read(bytes, 0);
    assertThat(arguments.count()).isEqualTo(words.size());
    boolean complete = finder.find(command, arguments);
    if (!complete || !(answer instanceof Reply.Items(var items))) {
      return false;
    }
    List<String> found = new ArrayList<>();
    for (int i = 0; i < finder.count(); i++) {
      found.add(arguments.text(finder.argument(i)));
    }
    assertThat(found)
        .as("keys of %s (seed %d)", words, SEED)
        .containsExactlyInAnyOrderElementsOf(items.stream().map(Reply::text).toList());
    return true;
  }

  /** A name, then arguments that are likely to fit the command's key specs. */
  private List<String> generate(Command command) {
    List<String> words =
        new ArrayList<>(List.of(command.name().toUpperCase(Locale.ROOT).split("\\|", -1)));
    int least = Math.abs(command.arity());
    int length = command.arity() > 0 ? least : least + random.nextInt(6);
    while (words.size() < length) {
      words.add("w" + words.size());
    }
    boolean hasKeyword = false; // a second one could fall on the first one's key
    for (KeySpec spec : command.keySpecs()) {
      int first =
          switch (spec.begin()) {
            case KeySpec.AtIndex(int position) -> position;
            case KeySpec.AfterKeyword(String keyword, int startFrom) ->
                hasKeyword ? 0 : keyword(words, keyword, startFrom);
            case KeySpec.Unspecified() -> 0;
          };
      hasKeyword |= first > 0 && spec.begin() instanceof KeySpec.AfterKeyword;
      if (first > 0
          && spec.find() instanceof KeySpec.Counted(int numberAt, int firstKey, int step)) {
        int keys = 1 + random.nextInt(3);
        while (words.size() < first + firstKey + keys * step) {
          words.add("w" + words.size());
        }
        words.set(first + numberAt, Integer.toString(keys));
      }
    }
    return words;
  }

  /** Puts a keyword where a spec looks for it, most of the time; its first key's position, or 0. */
  private int keyword(List<String> words, String keyword, int startFrom) {
    if (random.nextInt(4) == 0) {
      return 0;
    }
    int at = startFrom > 0 ? startFrom + random.nextInt(2) : words.size() - 2;
    while (words.size() < at + 2) {
      words.add("w" + words.size());
    }
    words.set(at, random.nextBoolean() ? keyword : keyword.toLowerCase(Locale.ROOT));
    return at + 1;
  }
}
