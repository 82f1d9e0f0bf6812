package io.understudy.replication.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.replication.rdb.RdbTarget.Loss;
import io.understudy.replication.rdb.RdbVersion.Family;
import io.understudy.replication.rdb.RdbWriter.Checksum;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RdbWriterTest {
  private static final int MAX_RECODED_BYTES = 10 << 20;
  private static final int PIECE_BYTES = 1000;

  static List<ServerVersion> servers() {
    return ServerFiles.servers();
  }

  /** Every version's file, written for every version: what a server then has is what was there. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldWriteFilesOfEveryVersionForATarget(ServerVersion version) {
    try (RedisServer target = Dataset.start(version)) {
      for (ServerVersion source : servers()) {
        ServerFiles.Full loaded = ServerFiles.full(source);
        Predicate<RdbEntry> fits = e -> e.type().kind() != ValueKind.MODULE;
        byte[] written =
            written(loaded.file(), target(version, Loss.ALLOWED), Checksum.COMPUTED, fits);
        load(target, written);
        assertThat(Contents.of(target))
            .as(source + " to " + version)
            .isEqualTo(expected(loaded.contents(), source, version));
      }
    }
  }

  /** Where the target cannot tell or hold the times of fields, nothing is said of them. */
  static SortedMap<String, String> expected(
      SortedMap<String, String> contents, ServerVersion source, ServerVersion target) {
    SortedMap<String, String> expected = new TreeMap<>(contents);
    if (Dataset.hasFieldTimes(source) && !Dataset.hasFieldTimes(target)) {
      expected.replaceAll(
          (key, value) -> value.replaceAll("@" + Dataset.EXPIRE_AT_MILLIS + "0?", "@-1"));
    }
    return expected;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldWriteWhatIsChosenAndNothingElse(ServerVersion version) {
    byte[] file = ServerFiles.full(version).file();
    Predicate<RdbEntry> chosen =
        e -> new String(e.key(), StandardCharsets.ISO_8859_1).matches("[a-l].*");
    byte[] written = written(file, target(version, Loss.REFUSED), Checksum.LEFT_OUT, chosen);
    SortedMap<String, String> expected = new TreeMap<>(Contents.of(file));
    expected.keySet().removeIf(key -> !key.matches("\\d+ [a-l].*"));
    assertThat(Contents.of(written)).isEqualTo(expected).hasSizeGreaterThan(10);
    assertThat(written).endsWith(new byte[Long.BYTES]);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldRenameKeysAndKeepTheirValuesAndTimes(ServerVersion version) {
    byte[] file = ServerFiles.full(version).file();
    for (RdbTarget target : List.of(target(version, Loss.REFUSED), RdbTarget.OLDEST)) {
      var out = new ByteArrayOutputStream();
      var writer = new RdbWriter(target, MAX_RECODED_BYTES, Checksum.COMPUTED, out::write);
      var renaming =
          new RdbHandler() {
            @Override
            public void onStart(RdbVersion of) {
              writer.begin();
            }

            @Override
            public Take onRecord(RdbRecord record) {
              return Take.NOTHING;
            }

            @Override
            public Take onEntry(RdbEntry entry) {
              if (entry.type().kind() == ValueKind.MODULE || entry.shownKey().contains("times")) {
                return Take.NOTHING;
              }
              byte[] name =
                  ("new " + new String(entry.key(), StandardCharsets.ISO_8859_1))
                      .getBytes(StandardCharsets.ISO_8859_1);
              Take take = writer.wants(entry, true);
              writer.beginEntry(entry, name, take, null);
              return take;
            }

            @Override
            public void onBytes(byte[] bytes, int offset, int length) {
              writer.bytes(bytes, offset, length);
            }

            @Override
            public void onPartEnd() {
              writer.endPart();
            }

            @Override
            public void onEnd() {
              writer.end();
            }
          };
      Transcript.feed(new RdbReader(renaming, RdbLimits.DEFAULT), file, PIECE_BYTES);
      SortedMap<String, String> expected = new TreeMap<>();
      Contents.of(file)
          .forEach(
              (key, value) -> {
                if (!key.contains("times")) {
                  expected.put(key.replaceFirst(" ", " new "), value);
                }
              });
      assertThat(Contents.of(out.toByteArray())).isEqualTo(expected).hasSizeGreaterThan(40);
    }
  }

  @Test
  void shouldRefuseTimesOfFieldsWhereTheyWouldBeLost() {
    byte[] file = ServerFiles.full(ServerFiles.newest(ServerVersion.Family.VALKEY)).file();
    assertThatThrownBy(
            () -> written(file, RdbTarget.of(Family.REDIS, 7, 2), Checksum.COMPUTED, _ -> true))
        .isInstanceOf(RdbException.class)
        .hasMessageContaining("times\"")
        .hasMessageEndingWith("Redis 7.2 has no times of fields of hashes");
  }

  @Test
  void shouldRefuseAModulesTypeThatTheTargetDoesNotHave() {
    byte[] file = ServerFiles.full(ServerFiles.newest(ServerVersion.Family.REDIS)).file();
    assertThatThrownBy(
            () ->
                written(
                    file,
                    target(ServerFiles.newest(ServerVersion.Family.VALKEY), Loss.REFUSED),
                    Checksum.COMPUTED,
                    _ -> true))
        .isInstanceOf(RdbException.class)
        .hasMessageMatching(
            "at byte \\d+: Valkey 9.1 cannot hold the module type vectorset of key \"vectors\"");
  }

  @Test
  void shouldRefuseToGatherMoreThanItMay() {
    byte[] file = ServerFiles.full(ServerFiles.newest(ServerVersion.Family.REDIS)).file();
    var writer = new RdbWriter(RdbTarget.OLDEST, 100, Checksum.COMPUTED, (_, _, _) -> {});
    var filter = new RdbFilter(e -> e.shownKey().equals("\"large:list\""), writer);
    assertThatThrownBy(
            () -> Transcript.feed(new RdbReader(filter, RdbLimits.DEFAULT), file, PIECE_BYTES))
        .isInstanceOf(RdbException.class)
        .hasMessage(
            "the value of key \"large:list\" is larger than 100 bytes, and Redis 6.0 needs it in"
                + " another type than LIST_QUICKLIST_2");
  }

  private static RdbTarget target(ServerVersion version, Loss loss) {
    return new RdbTarget(
        Family.valueOf(version.family().name()), version.major(), version.minor(), Set.of(), loss);
  }

  private static byte[] written(
      byte[] file, RdbTarget target, Checksum checksum, Predicate<RdbEntry> choice) {
    var out = new ByteArrayOutputStream();
    var writer = new RdbWriter(target, MAX_RECODED_BYTES, checksum, out::write);
    Transcript.feed(
        new RdbReader(new RdbFilter(choice, writer), RdbLimits.DEFAULT), file, PIECE_BYTES);
    return out.toByteArray();
  }

  private static void load(RedisServer server, byte[] file) {
    server.kill9();
    try {
      Files.write(server.folder().resolve("dump.rdb"), file);
    } catch (IOException e) {
      throw new AssertionError("cannot write", e);
    }
    server.restartWithData();
  }
}
