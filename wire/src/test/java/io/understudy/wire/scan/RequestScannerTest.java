package io.understudy.wire.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.wire.command.CommandTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestScannerTest {
  private final RequestScanner scanner =
      new RequestScanner(CommandTable.standard(), RequestLimits.DEFAULT);

  @Test
  void shouldFindEachCommandOfAPipeline() {
    assertThat(scan("*1·$4·PING·*2·$3·get·$1·k·*2·$6·CLIENT·$4·LIST·"))
        .containsExactly("COMMAND ping 14", "COMMAND get 20", "COMMAND client|list 26", "PARTIAL");
  }

  @Test
  void shouldIgnoreWhatServersIgnore() {
    assertThat(scan("*0·*-1··  ·\n*1·$4·PING·"))
        .containsExactly(
            "IGNORED 4",
            "IGNORED 5",
            "IGNORED 2",
            "IGNORED 4",
            "IGNORED 1",
            "COMMAND ping 14",
            "PARTIAL");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '"',
      value = {
        "*01·, invalid multibulk length",
        "*+1·, invalid multibulk length",
        "*abc·, invalid multibulk length",
        "*2147483648·, invalid multibulk length",
        "*1·foo·, \"expected '$', got 'f'\"",
        "*1·$-1·, invalid bulk length",
        "*1·$536870913·, invalid bulk length",
        "*1·$4·PINGxx, invalid CRLF in request",
      })
  void shouldSayWhatIsBrokenAsServersDo(String bytes, String error) {
    assertThat(scan(bytes)).containsExactly("ERROR Protocol error: " + error);
  }

  @Test
  void shouldConvertAnInlineCommand() {
    String line = "set \"a\\x41\\n\" 'b \\' c' \"\"·";
    ByteBuf bytes = ascii(line);
    scanner.feed(bytes, 0, bytes.writerIndex());
    assertThat(scanner.next()).isEqualTo(RequestScanner.Event.INLINE);
    ByteBuf out = Unpooled.buffer();
    assertThat(scanner.convertInline(bytes, 0, out)).isEqualTo(RequestScanner.Event.COMMAND);
    assertThat(out.compareTo(ascii("*4·$3·set·$3·aA\n·$5·b ' c·$0··"))).isZero();
    assertThat(scanner.command().name()).isEqualTo("set");
    assertThat(scanner.argumentOffset(1)).isEqualTo(17);
    assertThat(scanner.argumentLength(1)).isEqualTo(3);
  }

  @Test
  void shouldDropABrowser() {
    ByteBuf bytes = ascii("POST / HTTP/1.1·Host: x·");
    scanner.feed(bytes, 0, bytes.writerIndex());
    assertThat(scanner.next()).isEqualTo(RequestScanner.Event.INLINE);
    assertThat(scanner.convertInline(bytes, 0, Unpooled.buffer()))
        .isEqualTo(RequestScanner.Event.DROP);
  }

  @Test
  void shouldTellHowFarABigCommandCame() {
    ByteBuf bytes = ascii("*3·$3·SET·$1·k·$500000000·abc");
    scanner.feed(bytes, 0, bytes.writerIndex());
    assertThat(scanner.next()).isEqualTo(RequestScanner.Event.PARTIAL);
    assertThat(scanner.isNameKnown()).isTrue();
    assertThat(scanner.command().name()).isEqualTo("set");
    assertThat(scanner.bulkRemaining()).isEqualTo(500_000_000L - 3);
    assertThat(scanner.length()).isEqualTo(bytes.writerIndex());
    assertThat(scanner.argumentsScanned()).isEqualTo(2);
  }

  @Test
  void shouldNotMistakeACommandForAnotherThatBeginsAlike() {
    List<String> requests =
        List.of(
            "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n",
            "*2\r\n$3\r\nget\r\n$1\r\nk\r\n",
            "*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n",
            "*3\r\n$3\r\nGET\r\n$1\r\nk\r\n$1\r\nk\r\n",
            "*2\r\n$4\r\nGETX\r\n$1\r\nk\r\n",
            "*2\r\n$6\r\nGETDEL\r\n$1\r\nk\r\n",
            "*2\r\n$6\r\nGETSET\r\n$1\r\nk\r\n",
            "*3\r\n$6\r\nCONFIG\r\n$3\r\nGET\r\n$1\r\n*\r\n",
            "*3\r\n$6\r\nCONFIG\r\n$3\r\nSET\r\n$1\r\n*\r\n",
            "*2\r\n$7\r\nHGETALL\r\n$1\r\nk\r\n",
            "*1\r\n$4\r\nPING\r\n",
            "*1\r\n$4\r\nPINK\r\n");
    // Each after each other, twice, so that every pair is met with either remembered.
    for (String first : requests) {
      for (String second : requests) {
        for (String request : List.of(first, second, first, second)) {
          RequestScanner fresh = new RequestScanner(CommandTable.standard(), RequestLimits.DEFAULT);
          assertThat(shape(scanner, request)).isEqualTo(shape(fresh, request));
        }
      }
    }
  }

  private static String shape(RequestScanner scanner, String request) {
    ByteBuf bytes = ascii(request);
    scanner.feed(bytes, 0, bytes.readableBytes());
    StringBuilder shape = new StringBuilder().append(scanner.next());
    shape.append(' ').append(scanner.command().name()).append(' ').append(scanner.length());
    for (int i = 0; i < scanner.argumentCount(); i++) {
      shape.append(' ').append(scanner.argumentOffset(i));
      shape.append('+').append(scanner.argumentLength(i));
    }
    return shape.append(' ').append(scanner.next()).toString();
  }

  private List<String> scan(String text) {
    List<String> events = new ArrayList<>();
    ByteBuf bytes = ascii(text);
    scanner.feed(bytes, 0, bytes.writerIndex());
    RequestScanner.Event event = RequestScanner.Event.IGNORED;
    while (event == RequestScanner.Event.COMMAND || event == RequestScanner.Event.IGNORED) {
      event = scanner.next();
      events.add(
          switch (event) {
            case COMMAND -> "COMMAND " + scanner.command().name() + " " + scanner.length();
            case IGNORED -> "IGNORED " + scanner.length();
            case ERROR -> "ERROR " + scanner.error();
            case INLINE, PARTIAL, DROP -> event.name().toUpperCase(Locale.ROOT);
          });
    }
    return events;
  }

  /** The bytes of a text in which a middle dot stands for a line end. */
  private static ByteBuf ascii(String text) {
    return Unpooled.copiedBuffer(text.replace("·", "\r\n"), StandardCharsets.ISO_8859_1);
  }
}
