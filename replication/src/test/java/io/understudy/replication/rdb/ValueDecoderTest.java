package io.understudy.replication.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ValueDecoderTest {
  static List<ServerVersion> servers() {
    return ServerFiles.servers();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldReadTheValuesThatTheServerAnswers(ServerVersion version) {
    ServerFiles.Full full = ServerFiles.full(version);
    assertThat(Contents.of(full.file())).isEqualTo(full.contents()).hasSizeGreaterThan(40);
  }

  static List<ServerVersion> serversThatTellCounters() {
    return servers().stream().filter(version -> version.isAtLeast(7, 0)).toList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("serversThatTellCounters")
  void shouldReadTheCountersOfStreamsThatTheServerTells(ServerVersion version) {
    try (RedisServer server = Dataset.start(version)) {
      Dataset.fill(server);
      var reading = new Contents.Reading();
      byte[] file = Dataset.save(server);
      Transcript.feed(new RdbReader(reading, RdbLimits.DEFAULT), file, file.length);
      for (String key : List.of("stream", "stream:empty", "stream:trimmed")) {
        assertThat(reading.values.get("0 " + key))
            .isInstanceOfSatisfying(
                Value.Stream.class,
                stream ->
                    assertThat(Contents.counters(stream.content()))
                        .isEqualTo(Contents.counters(server, key)));
      }
    }
  }

  /** Forms that no server at hand writes; all servers still read them. */
  @ParameterizedTest
  @CsvSource({
    "LIST, 02 01 61 c0 0c, '[a, 12]'",
    "LIST_ZIPLIST, 10 10000000 0d000000 0200 00 01 61 03 f2 ff, '[a, 1]'",
    "ZSET, 03 01 61 03 312e35 01 62 fe 01 63 ff, '[a=1.5, b=Infinity, c=-Infinity]'",
    "HASH_ZIPMAP, 0c 02 01 61 02 00 3132 01 62 00 00 ff, '[a=12@-1, b=@-1]'",
    "HASH_METADATA_PRE_GA, 02 00 01 61 01 31 0a 01 62 01 32, '[a=1@-1, b=2@10]'",
    "SET_INTSET, 0c 02000000 02000000 ffff 0700, '[-1, 7]'",
  })
  void shouldReadFormsOfServersOfOldAndOfReleaseCandidates(
      EntryType type, String bytes, String shown) {
    assertThat(Contents.shown(decode(type, bytes))).isEqualTo(shown);
  }

  @Test
  void shouldReadAHashThatSharesItsFieldsWithOthers() {
    var decoder = new ValueDecoder(1000);
    decoder.define(new RdbRecord.Template(5, List.of(ascii("a"), ascii("bb"))));
    byte[] array = HexFormat.of().parseHex("05c00c0178");
    assertThat(Contents.shown(decoder.decode(EntryType.HASH_TEMPLATE_ARRAY, array, 0, 5)))
        .isEqualTo("[a=12@-1, bb=x@-1]");
    byte[] packed = HexFormat.of().parseHex("0e0e000000030005010c01817802ff");
    assertThat(Contents.shown(decoder.decode(EntryType.HASH_TEMPLATE_LISTPACK, packed, 0, 15)))
        .isEqualTo("[a=12@-1, bb=x@-1]");
  }

  /** Counts and lengths that the bytes do not have must not cost memory. */
  @ParameterizedTest
  @CsvSource({
    "LIST, 81 00ffffffffffffff 01 61",
    "LIST, 80 7fffffff 01 61",
    "HASH, 80 40000000 01 61",
    "STRING, c3 05 81 0000000100000000 0161",
    "STRING, c3 04 80 7fffffff 00616161",
    "STRING, 81 8000000000000000 61",
    "STRING, c3 03 03 e0 ff 00",
    "SET_INTSET, 0c 02000000 ffffffff ffff 0700",
    "SET_INTSET, 0c 00000000 02000000 ffff 0700",
    "SET_LISTPACK, 09 09000000 0100 f0 ffffff",
    "HASH_LISTPACK, 08 08000000 0100 81 ff",
    "LIST_ZIPLIST, 0d 0d000000 0a000000 0100 00 81 ff",
    "HASH_ZIPMAP, 04 01 fe ff ff",
    "STREAM, 01 10 0000000000000000000000000000000",
  })
  void shouldRefuseWhatIsDamaged(EntryType type, String bytes) {
    assertThatThrownBy(() -> decode(type, bytes)).isInstanceOf(RdbException.class);
  }

  private static Value decode(EntryType type, String hex) {
    String digits = hex.replace(" ", "");
    byte[] bytes = HexFormat.of().parseHex(digits.length() % 2 == 0 ? digits : digits + "0");
    return new ValueDecoder(1 << 20).decode(type, bytes, 0, bytes.length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
