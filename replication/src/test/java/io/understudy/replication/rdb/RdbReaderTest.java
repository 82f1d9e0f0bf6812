package io.understudy.replication.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RdbReaderTest {
  private static final int WHOLE = 1 << 20;
  private static final int DAMAGE_SEED = 77;

  static List<ServerVersion> servers() {
    return ServerFiles.servers();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldFindTheKeysTypesAndTimesThatTheServerTells(ServerVersion version) {
    try (RedisServer server = Dataset.start(version)) {
      Dataset.fill(server);
      Dataset.fillLarge(server);
      byte[] file = Dataset.save(server);

      var found = new TreeSet<String>();
      var transcript =
          new Transcript(Take.NOTHING) {
            @Override
            public Take onEntry(RdbEntry entry) {
              found.add(
                  entry.database()
                      + " "
                      + new String(entry.key(), StandardCharsets.ISO_8859_1)
                      + " "
                      + (entry.type().kind() == ValueKind.MODULE
                          ? "vectorset"
                          : entry.type().kind().word())
                      + " "
                      + (entry.hasExpiry() ? entry.expireAtMillis() : -1));
              return super.onEntry(entry);
            }
          };
      Transcript.feed(new RdbReader(transcript, RdbLimits.DEFAULT), file, WHOLE);

      var told = new TreeSet<String>();
      for (int database : List.of(0, 7)) {
        server.command("SELECT", Integer.toString(database));
        for (String key : Answers.texts(server.call("KEYS", "*"))) {
          String expiry = key.equals("expiring") ? Long.toString(Dataset.EXPIRE_AT_MILLIS) : "-1";
          told.add(database + " " + key + " " + server.command("TYPE", key) + " " + expiry);
        }
      }
      assertThat(found).isEqualTo(told).hasSizeGreaterThan(40);
      assertThat(transcript.types).containsAll(Answers.typesThatMustAppear(version));
      assertThat(transcript.ended).isTrue();
      if (Dataset.hasFunctions(version)) {
        assertThat(transcript.lines)
            .anyMatch(line -> line.startsWith("function \"#!lua name=ours"));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldSayTheSameInWhateverPiecesTheFileComes(ServerVersion version) {
    byte[] file = ServerFiles.small(version);
    List<String> whole = Transcript.of(file, WHOLE, Take.WHOLE).lines;
    List<String> values = Transcript.of(file, WHOLE, Take.VALUE).lines;
    for (int pieceBytes : new int[] {1, 2, 3, 5, 8, 13, 64, 1000}) {
      assertThat(Transcript.of(file, pieceBytes, Take.WHOLE).lines).isEqualTo(whole);
      assertThat(Transcript.of(file, pieceBytes, Take.VALUE).lines).isEqualTo(values);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldSayWhereAFileIsCutOff(ServerVersion version) {
    byte[] file = ServerFiles.small(version);
    for (int length = 0; length < file.length; length++) {
      byte[] part = Arrays.copyOf(file, length);
      int place = length;
      assertThatThrownBy(() -> Transcript.of(part, WHOLE, Take.WHOLE))
          .as("cut after " + length + " of " + file.length)
          .isInstanceOfSatisfying(RdbException.class, e -> assertThat(e.offset()).isEqualTo(place))
          .hasMessageStartingWith("at byte " + length + ": the file ");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldNoticeEveryDamagedByte(ServerVersion version) {
    byte[] file = ServerFiles.small(version);
    var random = new Random(DAMAGE_SEED);
    for (int i = 0; i < file.length - 8; i++) {
      byte[] damaged = file.clone();
      damaged[i] ^= (byte) (1 + random.nextInt(255));
      List<String> until = new ArrayList<>();
      assertThatThrownBy(() -> until.addAll(Transcript.of(damaged, WHOLE, Take.WHOLE).lines))
          .as("damaged at " + i)
          .isInstanceOf(RdbException.class)
          .hasMessageStartingWith("at byte ");
      assertThat(until).isEmpty();
    }
  }

  @Test
  void shouldLeaveWhatFollowsTheFile() {
    byte[] file = ServerFiles.small(ServerVersion.usual());
    byte[] longer = Arrays.copyOf(file, file.length + 40);
    var transcript = new Transcript(Take.NOTHING);
    var reader = new RdbReader(transcript, RdbLimits.DEFAULT);
    assertThat(reader.feed(longer, 0, longer.length)).isEqualTo(file.length);
    assertThat(reader.isComplete()).isTrue();
    assertThat(reader.feed(longer, file.length, 40)).isZero();
    reader.end();
  }
}
