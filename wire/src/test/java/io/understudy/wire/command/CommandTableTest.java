package io.understudy.wire.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class CommandTableTest {
  private final CommandTable table = CommandTable.standard();

  @Test
  void shouldFindEveryCommandByItsNameInAnyCase() {
    for (Command command : table.commands()) {
      if (!command.isUnknown()) {
        assertThat(table.named(command.name())).isSameAs(command);
        assertThat(table.named(command.name().toUpperCase(Locale.ROOT))).isSameAs(command);
        assertThat(table.commands().get(command.id())).isSameAs(command);
      }
    }
    assertThat(table.size()).isGreaterThan(400);
  }

  @Test
  void shouldNotFindANameThatDiffersInOneBit() {
    for (Command command : table.commands()) {
      String own = command.name().substring(command.name().indexOf('|') + 1);
      String container = command.name().substring(0, command.name().length() - own.length());
      byte[] bytes = own.getBytes(StandardCharsets.ISO_8859_1);
      for (int bit = 0; bit < bytes.length * 8; bit++) {
        byte[] changed = bytes.clone();
        changed[bit / 8] ^= (byte) (1 << (bit % 8));
        String name = new String(changed, StandardCharsets.ISO_8859_1);
        Command found = table.named(container + name);
        assertThat(found.isUnknown() || found.name().equalsIgnoreCase(container + name))
            .as("%s for %s", found, name)
            .isTrue();
      }
    }
  }

  @Test
  void shouldFindANameInTheMiddleOfABuffer() {
    byte[] bytes = "xxgEtyy".getBytes(StandardCharsets.US_ASCII);
    assertThat(table.lookup(Unpooled.wrappedBuffer(bytes), 2, 3).name()).isEqualTo("get");
    assertThat(table.lookup(Unpooled.wrappedBuffer(bytes), 2, 4)).isSameAs(Command.UNKNOWN);
    assertThat(table.lookup(Unpooled.wrappedBuffer(bytes), 2, 0)).isSameAs(Command.UNKNOWN);
  }

  @Test
  void shouldKnowWhatTheProxyRoutesBy() {
    assertThat(table.named("get").has(CommandFlag.READONLY)).isTrue();
    assertThat(table.named("set").has(CommandFlag.WRITE)).isTrue();
    assertThat(table.named("blpop").has(CommandFlag.BLOCKING)).isTrue();
    assertThat(table.named("client").container()).isTrue();
    assertThat(table.named("client|no-evict").has(CommandFlag.ADMIN)).isTrue();
    assertThat(table.named("post").has(CommandFlag.DROPS_CONNECTION)).isTrue();
    assertThat(table.named("config|set").isUnknown()).isFalse();
    assertThat(table.named("client|nothing")).isSameAs(Command.UNKNOWN);
  }
}
