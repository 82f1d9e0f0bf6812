package io.understudy.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandFlag;
import io.understudy.wire.command.CommandTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConductTest {
  private final CommandTable table = CommandTable.standard();

  @ParameterizedTest
  @CsvSource({
    "get, PLAIN",
    "eval, SCRIPT",
    "script|kill, SCRIPT_KILL",
    "publish, PLAIN",
    "exec, PLAIN",
    "multi, TRANSACTION",
    "watch, TRANSACTION",
    "blpop, BLOCKING",
    "xread, BLOCKING",
    "wait, WAIT",
    "waitaof, WAIT",
    "subscribe, PUBSUB",
    "sunsubscribe, PUBSUB",
    "monitor, MONITOR",
    "psync, REPLICATION",
    "select, SELECT",
    "hello, HELLO",
    "auth, AUTH",
    "reset, RESET",
    "quit, QUIT",
    "client|id, CLIENT_OWN",
    "client|pause, CLIENT_OWN",
    "client|reply, CLIENT_REPLY",
    "client|maint_notifications, CLIENT_NOTICES",
    "client|tracking, CLIENT_TRACKING",
    "client|no-evict, CLIENT_FLAG",
    "script|debug, BINDING",
    "readonly, BINDING",
  })
  void shouldTreatACommandByWhatItBinds(String name, Conduct expected) {
    Command command = table.named(name);

    assertThat(command.isUnknown()).as(name + " is in the table").isFalse();
    assertThat(Conduct.of(command)).isEqualTo(expected);
  }

  @Test
  void shouldBindTheConnectionForACommandThatNobodyKnows() {
    assertThat(Conduct.of(Command.UNKNOWN)).isEqualTo(Conduct.BINDING);
  }

  @Test
  void shouldNeverSendABlockingCommandInARun() {
    for (Command command : table.commands()) {
      if (command.has(CommandFlag.BLOCKING)) {
        assertThat(Conduct.of(command)).as(command.name()).isNotEqualTo(Conduct.PLAIN);
      }
    }
  }

  @Test
  void shouldFindTheSameWithoutASearch() {
    Conducts conducts = new Conducts(table);
    for (Command command : table.commands()) {
      assertThat(conducts.of(command)).as(command.name()).isEqualTo(Conduct.of(command));
    }
  }
}
