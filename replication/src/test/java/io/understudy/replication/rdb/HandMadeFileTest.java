package io.understudy.replication.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What no server at hand writes, or none should. */
class HandMadeFileTest {
  private static final int TINY_BYTES = 100;

  private final RdbBytes file = new RdbBytes();

  private HandMadeFileTest header(String header) {
    raw(header.getBytes(StandardCharsets.US_ASCII));
    return this;
  }

  private HandMadeFileTest raw(byte... bytes) {
    file.raw(bytes, 0, bytes.length);
    return this;
  }

  private HandMadeFileTest hex(String digits) {
    return raw(HexFormat.of().parseHex(digits.replace(" ", "")));
  }

  /** The file, with an end and without a checksum. */
  private byte[] ended() {
    file.one(Head.OPCODE_END);
    file.littleLong(0);
    return file.copy();
  }

  private static List<String> read(byte[] bytes) {
    List<String> whole = Transcript.of(bytes, bytes.length, Take.WHOLE).lines;
    assertThat(Transcript.of(bytes, 1, Take.WHOLE).lines).isEqualTo(whole);
    return whole;
  }

  @ParameterizedTest
  @CsvSource({
    "REDIS0012, 21, '03 6b6579', 'type 33 is unknown in REDIS0012, of key \"key\"'",
    "REDIS0012, 21, 'c0 85', 'type 33 is unknown in REDIS0012, of key \"-123\"'",
    "VALKEY080, 18, '03 6b6579', 'type 24 is unknown in VALKEY080, of key \"key\"'",
    "VALKEY080, 17, '03 6b6579', 'type 23 is unknown in VALKEY080, of key \"key\"'",
    "VALKEY080, f2, '03 6b6579', 'opcode 242 is unknown in VALKEY080'",
    "REDIS0012, c8, '03 6b6579', 'opcode 200 is unknown in REDIS0012'",
    "REDIS0012, 06, '03 6b6579', 'type 6 is unknown in REDIS0012, of key \"key\"'",
  })
  void shouldStopBeforeTheFirstByteOfWhatIsUnknown(
      String header, String code, String key, String message) {
    header(header).hex("00 01 61 01 62"); // A string before it, to be passed on.
    int place = file.size();
    hex(code + key + "03 78797a");
    byte[] bytes = ended();
    for (int pieceBytes : new int[] {1, 1000}) {
      var transcript = new Transcript(Take.WHOLE);
      assertThatThrownBy(
              () ->
                  Transcript.feed(new RdbReader(transcript, RdbLimits.DEFAULT), bytes, pieceBytes))
          .isInstanceOf(RdbException.class)
          .hasMessage("at byte " + place + ": " + message);
      assertThat(transcript.lines).hasSize(3).last().isEqualTo("0001610162");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"REDIS0016", "VALKEY081", "REDIS9999", "VALKEY079", "REDIS0000"})
  void shouldRefuseVersionsThatAreNotKnown(String header) {
    byte[] bytes = header(header).ended();
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(RdbException.class)
        .hasMessageStartingWith("at byte 0: " + header + " is not among the known versions, ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"REDIS00x2", "REDISabcd", "VALKEY08x", "redis0012", "\u0000\u0000\u0000REDIS0"})
  void shouldRefuseWhatIsNoFile(String header) {
    byte[] bytes = header(header).ended();
    assertThatThrownBy(() -> read(bytes))
        .isInstanceOf(RdbException.class)
        .hasMessageStartingWith("at byte 0: this is no RDB file: it begins with \"");
  }

  @Test
  void shouldReadTheSameNumberByTheMagicBeforeIt() {
    // A hash of one field: in Redis its time comes first, in Valkey it comes last.
    byte[] redis = header("REDIS0012").hex("16 01 6b 01 0a 01 66 01 76").ended();
    assertThat(read(redis)).anyMatch(line -> line.startsWith("HASH_METADATA_PRE_GA \"k\""));
    file.clear();
    byte[] valkey = header("VALKEY080").hex("16 01 6b 01 01 66 01 76 0a00000000000000").ended();
    assertThat(read(valkey)).anyMatch(line -> line.startsWith("HASH_2 \"k\""));
    assertThat(Contents.of(redis)).isEqualTo(Contents.of(valkey)).containsValue("hash -1 [f=v@10]");
  }

  @Test
  void shouldReadWhatClustersAndModulesAdd() {
    byte[] redis =
        header("REDIS0015")
            .hex("f4 05 02 01") // Sizes of a slot.
            .hex("f7 81 4d6f64756c650005 02 01 05 03 616263 02 07 00") // A module's own data.
            .hex("f5 02 6162") // A library of functions.
            .hex("f3 01 01000000 05 01 61 00 00 01 6b 01 76") // A key that modules attached to.
            .hex("fd 01000000 f8 05 00 01 6c 01 77") // Seconds, and idle for five.
            .hex("f2 05 02 01 61 01 62 20 01 6d 05 01 78 01 79") // A template and a hash of it.
            .hex("1c 01 6e 02 01 05 00 00 01 61 02 01 0000000000000000") // An array.
            .ended();
    assertThat(read(redis))
        .anyMatch(line -> line.startsWith("SlotSizes[slot=5, keys=2, expiring=1]"))
        .anyMatch(line -> line.startsWith("ModuleData[id="))
        .anyMatch(line -> line.equals("function \"ab\""))
        .anyMatch(line -> line.startsWith("STRING \"k\" of database 0"))
        .anyMatch(line -> line.contains("expiry OptionalLong[1000] idle 5"))
        .anyMatch(line -> line.startsWith("template 5[\"a\", \"b\"]"))
        .anyMatch(line -> line.startsWith("HASH_TEMPLATE_ARRAY \"m\""))
        .anyMatch(line -> line.startsWith("ARRAY \"n\""));
    file.clear();
    byte[] valkey = header("VALKEY080").hex("f3 03 6a6f62 01 05 09").ended();
    assertThat(read(valkey)).contains("import \"job\"[5, 9]");
  }

  @ParameterizedTest
  @CsvSource({
    "00 80 7fffffff 61, a key of two gigabytes",
    "00 81 7fffffffffffffff 61, a key of eight exabytes",
    "00 81 ffffffffffffffff 61, a key of a negative length",
    "00 c3 05 80 7fffffff 61, a compressed key of two gigabytes",
    "fa 80 7fffffff 61, a field of two gigabytes",
    "f5 80 7fffffff 61, a library of two gigabytes",
    "f2 05 81 7fffffffffffffff 01 61, a template of many fields",
    "f3 81 7fffffffffffffff 00000000, metadata of many classes",
  })
  void shouldNotBelieveLengths(String bytes, String what) {
    byte[] noise = new byte[10_000];
    new Random(1).nextBytes(noise);
    byte[] damaged = header("REDIS0015").hex(bytes).raw(noise).ended();
    var limits = new RdbLimits(TINY_BYTES, 1 << 20, 10);
    for (int pieceBytes : new int[] {1, 64, 20_000}) {
      var reader = new RdbReader(new Transcript(Take.WHOLE), limits);
      assertThatThrownBy(() -> Transcript.feed(reader, damaged, pieceBytes))
          .as(what)
          .isInstanceOf(RdbException.class)
          .hasMessageStartingWith("at byte ");
    }
  }

  @Test
  void shouldThrowTheSameAgainAfterItFailed() {
    byte[] bytes = header("REDIS0012").hex("21 03 6b6579").ended();
    var reader = new RdbReader(new Transcript(Take.WHOLE), RdbLimits.DEFAULT);
    assertThatThrownBy(() -> reader.feed(bytes, 0, bytes.length)).hasMessageContaining("type 33");
    assertThatThrownBy(() -> reader.feed(bytes, 0, 1)).hasMessageContaining("type 33");
    assertThatThrownBy(reader::end).hasMessageContaining("type 33");
  }

  @Test
  void shouldTakeFilesOfOldThatHaveNoChecksum() {
    byte[] bytes = header("REDIS0004").hex("00 01 61 01 62 ff").file.copy();
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 3);
    var transcript = new Transcript(Take.WHOLE);
    var reader = new RdbReader(transcript, RdbLimits.DEFAULT);
    assertThat(reader.feed(longer, 0, longer.length)).isEqualTo(bytes.length);
    assertThat(transcript.ended).isTrue();
  }
}
