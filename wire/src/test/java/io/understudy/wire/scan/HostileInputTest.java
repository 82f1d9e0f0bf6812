package io.understudy.wire.scan;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.understudy.wire.command.CommandTable;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a peer sends costs a scanner no memory, whatever it claims and however much it is. */
class HostileInputTest {
  /** A few objects for buffers' views, whatever the number of bytes; nothing for each command. */
  private static final long ALLOWED_BYTES = 64 * 1024;

  private static final long TEN_GIGABYTES = 10L << 30;
  private static final RequestLimits GENEROUS =
      new RequestLimits(2 * TEN_GIGABYTES, Integer.MAX_VALUE);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final RequestScanner requests = new RequestScanner(CommandTable.standard(), GENEROUS);
  private final ReplyScanner replies = new ReplyScanner();

  @Test
  void shouldScanAMillionCommandsWithoutAllocating() {
    ByteBuf bytes = repeated("*2·$3·GET·$1·k·*3·$6·config·$3·get·$1·x·", 1000);
    long before = allocated();
    int commands = 0;
    for (int i = 0; i < 500; i++) {
      commands += commands(bytes);
    }
    assertThat(allocated() - before).isLessThan(ALLOWED_BYTES);
    assertThat(commands).isEqualTo(1_000_000);
  }

  @Test
  void shouldBelieveNoCountBeforeItsArgumentsAreThere() {
    assertThat(commands(ascii("*2147483647·"))).isZero();
    ByteBuf bytes = repeated("$1·x·", 10_000);
    long before = allocated();
    int commands = 0;
    for (int i = 0; i < 1_000; i++) {
      commands += commands(bytes);
    }
    assertThat(allocated() - before).isLessThan(ALLOWED_BYTES);
    assertThat(commands).isZero();
    assertThat(requests.argumentsScanned()).isEqualTo(10_000_000);
    assertThat(requests.argumentCount()).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void shouldPassOverAnArgumentOfTenGigabytes() {
    assertThat(commands(ascii("*3·$3·SET·$1·k·$" + TEN_GIGABYTES + "·"))).isZero();
    ByteBuf bytes = Unpooled.wrappedBuffer(new byte[1 << 20]);
    long before = allocated();
    int commands = 0;
    while (requests.bulkRemaining() > 0) {
      commands += commands(bytes);
    }
    assertThat(allocated() - before).isLessThan(ALLOWED_BYTES);
    assertThat(commands).isZero();
    ByteBuf end = ascii("·");
    requests.feed(end, 0, end.writerIndex());
    assertThat(requests.next()).isEqualTo(RequestScanner.Event.COMMAND);
    assertThat(requests.length()).isGreaterThan(TEN_GIGABYTES);
  }

  @Test
  void shouldBreakOffAnEndlessLine() {
    for (String start : new String[] {"*", "*1·$", "x", " "}) {
      RequestScanner scanner = new RequestScanner(CommandTable.standard(), GENEROUS);
      ByteBuf first = ascii(start);
      scanner.feed(first, 0, first.writerIndex());
      assertThat(scanner.next()).isEqualTo(RequestScanner.Event.PARTIAL);
      ByteBuf bytes = repeated("1", 65_535);
      scanner.feed(bytes, 0, bytes.writerIndex());
      assertThat(scanner.next()).isEqualTo(RequestScanner.Event.PARTIAL);
      ByteBuf last = ascii("1");
      scanner.feed(last, 0, 1);
      assertThat(scanner.next())
          .as("a line of 64 KB behind %s", start)
          .isEqualTo(RequestScanner.Event.ERROR);
    }
  }

  @Test
  void shouldCountTheDeepestReplyWithAFewNumbers() {
    ByteBuf bytes = repeated("*2·%1·+k·~1·", 10_000);
    long before = allocated();
    int found = 0;
    for (int i = 0; i < 300; i++) {
      found += replies(bytes);
    }
    assertThat(allocated() - before).isLessThan(ALLOWED_BYTES);
    assertThat(found).isZero();
    ByteBuf leaves = repeated(":1·", 3_000_001);
    assertThat(replies(leaves)).isEqualTo(1);
    assertThat(replies.end()).isEqualTo(leaves.writerIndex());
  }

  @Test
  void shouldPassOverAnEndlessStatusAndAHugeBulk() {
    ByteBuf line = repeated("x", 1 << 20);
    ByteBuf status = ascii("*2·+");
    ByteBuf bulk = ascii("·$" + (1000L << 20) + "·");
    long before = allocated();
    int found = replies(status);
    for (int i = 0; i < 1_000; i++) {
      found += replies(line);
    }
    found += replies(bulk);
    while (replies.bulkRemaining() > 0) {
      found += replies(line);
    }
    assertThat(allocated() - before).isLessThan(ALLOWED_BYTES);
    assertThat(found).isZero();
    assertThat(replies(ascii("·"))).isEqualTo(1);
  }

  @Test
  void shouldRefuseCountsThatWouldOverflow() {
    for (String huge :
        new String[] {
          "*9223372036854775807·", "%99999999999999999999·", "*2·*72057594037927937·"
        }) {
      ReplyScanner scanner = new ReplyScanner();
      ByteBuf bytes = ascii(huge);
      scanner.feed(bytes, 0, bytes.writerIndex());
      assertThat(scanner.next()).as(huge).isEqualTo(ReplyScanner.Event.ERROR);
    }
    ReplyScanner scanner = new ReplyScanner();
    ByteBuf bytes = repeated("%36028797018963967·", 100);
    scanner.feed(bytes, 0, bytes.writerIndex());
    assertThat(scanner.next()).isEqualTo(ReplyScanner.Event.ERROR);
  }

  private int commands(ByteBuf bytes) {
    requests.feed(bytes, 0, bytes.writerIndex());
    int found = 0;
    RequestScanner.Event event = requests.next();
    while (event == RequestScanner.Event.COMMAND) {
      found++;
      event = requests.next();
    }
    if (event != RequestScanner.Event.PARTIAL) {
      throw new AssertionError(event + " " + requests.error());
    }
    return found;
  }

  private int replies(ByteBuf bytes) {
    replies.feed(bytes, 0, bytes.writerIndex());
    int found = 0;
    ReplyScanner.Event event = replies.next();
    while (event == ReplyScanner.Event.REPLY) {
      found++;
      event = replies.next();
    }
    if (event != ReplyScanner.Event.PARTIAL) {
      throw new AssertionError(event + " " + replies.error());
    }
    return found;
  }

  private static long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  private static ByteBuf repeated(String text, int times) {
    return ascii(text.repeat(times));
  }

  /** The bytes of a text in which a middle dot stands for a line end. */
  private static ByteBuf ascii(String text) {
    return Unpooled.copiedBuffer(text.replace("·", "\r\n"), StandardCharsets.ISO_8859_1);
  }
}
