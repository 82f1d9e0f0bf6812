package io.understudy.wire.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyScannerTest {
  private final ReplyScanner scanner = new ReplyScanner();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "+OK·",
        "-ERR no·",
        ":12·",
        "$3·a··",
        "$0··",
        "$-1·",
        "*-1·",
        "*0·",
        "*2·+a·*1·:1·",
        "_·",
        ",1.5·",
        "#t·",
        "(3492890328409238509324850943850943825024385·",
        "!5·ERR x·",
        "=7·txt:abc·",
        "%2·+a·:1·+b·*0·",
        "~2·+a·+b·",
        "|1·+ttl·:3·$1·x·",
        "|0·+x·",
        "*2·|1·+ttl·*1·:3·$1·x·+y·",
      })
  void shouldFindTheEndOfEveryType(String reply) {
    assertThat(scan(reply + ":7·"))
        .containsExactly("REPLY " + ascii(reply).readableBytes(), "REPLY 4", "PARTIAL");
  }

  @Test
  void shouldNotCountAPushAsAnElement() {
    String push = ">2·$10·invalidate·*1·$1·k·";
    assertThat(scan("*2·" + push + "+OK·$1·w·" + push + "+OK·"))
        .containsExactly("PUSH 32", "REPLY 48", "PUSH 32", "REPLY 5", "PARTIAL");
  }

  @Test
  void shouldTellErrorsAndNulls() {
    scan("|1·+a·+b·-READONLY You can't write·");
    ByteBuf bytes = ascii("-READONLY x·!5·ERR x·*-1·*1·$-1·");
    scanner.feed(bytes, 0, bytes.writerIndex());
    scanner.next();
    assertThat(scanner.isError()).isTrue();
    assertThat(scanner.errorStartsWith("READONLY")).isTrue();
    assertThat(scanner.errorStartsWith("READONLYx")).isFalse();
    scanner.next();
    assertThat(scanner.errorPrefix()).isEqualTo("ERR x");
    scanner.next();
    assertThat(scanner.isNull()).isTrue();
    assertThat(scanner.isError()).isFalse();
    scanner.next();
    assertThat(scanner.isNull()).isFalse();
    assertThat(scanner.end()).isEqualTo(bytes.writerIndex());
  }

  @ParameterizedTest
  @ValueSource(strings = {"$?·", "*?·", ";4·", ".·", "hello·", "*-2·", "%-1·", "*01·", ">1·>1·"})
  void shouldRefuseWhatIsNotAReply(String bytes) {
    assertThat(scan(bytes)).last().asString().startsWith("ERROR");
  }

  private List<String> scan(String text) {
    List<String> events = new ArrayList<>();
    ByteBuf bytes = ascii(text);
    scanner.feed(bytes, 0, bytes.writerIndex());
    ReplyScanner.Event event = ReplyScanner.Event.REPLY;
    while (event == ReplyScanner.Event.REPLY || event == ReplyScanner.Event.PUSH) {
      event = scanner.next();
      events.add(
          switch (event) {
            case REPLY -> "REPLY " + scanner.length();
            case PUSH -> "PUSH " + scanner.pushLength();
            case PARTIAL -> "PARTIAL";
            case ERROR -> "ERROR " + scanner.error();
          });
    }
    return events;
  }

  /** The bytes of a text in which a middle dot stands for a line end. */
  private static ByteBuf ascii(String text) {
    return Unpooled.copiedBuffer(text.replace("·", "\r\n"), StandardCharsets.ISO_8859_1);
  }
}
