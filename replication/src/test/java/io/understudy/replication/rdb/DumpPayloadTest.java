package io.understudy.replication.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.understudy.replication.rdb.RdbTarget.Loss;
import io.understudy.testkit.RedisServer;
import io.understudy.testkit.ServerVersion;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DumpPayloadTest {
  private static final long MAX_STRING_BYTES = 1 << 20;

  static List<ServerVersion> servers() {
    return ServerFiles.servers();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("servers")
  void shouldMakeOfWhatAnyServerDumpsWhatTheTargetRestores(ServerVersion version) {
    var target =
        new RdbTarget(
            RdbVersion.Family.valueOf(version.family().name()),
            version.major(),
            version.minor(),
            Set.of(),
            Loss.ALLOWED);
    try (RedisServer server = Dataset.start(version)) {
      for (ServerVersion source : servers()) {
        ServerFiles.Full full = ServerFiles.full(source);
        server.command("FLUSHALL");
        full.dumps()
            .forEach(
                (key, dump) -> {
                  DumpPayload payload = DumpPayload.parse(dump);
                  if (payload.type().kind() != ValueKind.MODULE) {
                    byte[] bytes = payload.bytesFor(target, MAX_STRING_BYTES);
                    String text = new String(bytes, StandardCharsets.ISO_8859_1);
                    assertThat(server.command("RESTORE", key, "0", text)).isEqualTo("OK");
                  }
                });
        SortedMap<String, String> expected =
            RdbWriterTest.expected(full.contents(), source, version);
        expected.keySet().removeIf(key -> key.startsWith("7 ") || key.equals("0 expiring"));
        assertThat(Contents.of(server)).as(source + " to " + version).isEqualTo(expected);
      }
    }
  }

  @Test
  void shouldRefuseADamagedPayload() {
    byte[] dump =
        ServerFiles.full(ServerVersion.usual()).dumps().sequencedValues().getFirst().clone();
    dump[1] ^= 1;
    assertThatThrownBy(() -> DumpPayload.parse(dump))
        .isInstanceOf(RdbException.class)
        .hasMessage("the payload's checksum is wrong");
    assertThatThrownBy(() -> DumpPayload.parse(new byte[10]))
        .isInstanceOf(RdbException.class)
        .hasMessage("a payload of 10 bytes");
  }
}
