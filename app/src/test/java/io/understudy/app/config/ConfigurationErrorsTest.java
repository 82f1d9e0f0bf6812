package io.understudy.app.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Each mistake with the exact line that answers it. */
class ConfigurationErrorsTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PASSWORD", "hunter2", "EMPTY", "", "BROKEN", "10.0.0.9");

  @TempDir private Path directory;

  static Stream<Arguments> mistakes() {
    return Stream.of(
        mistake(
            "nothing at all",
            "",
            "is empty; it needs at least 'groups' (README.md has an example)"),
        mistake(
            "only a comment",
            "# soon\n",
            "is empty; it needs at least 'groups' (README.md has an example)"),
        mistake(
            "a sentence",
            "hello\n",
            1,
            "expected keys (groups, standby, proxy, failover, hooks, replication, admin, log),"
                + " found a"
                + " single value"),
        mistake(
            "no groups",
            "admin: { bind: 127.0.0.1:8000 }\n",
            1,
            "'groups' is missing; write a list of groups, each with a name and nodes"),
        mistake(
            "more durable replicas than there are",
            """
            groups:
              - name: orders
                nodes: [10.0.0.1:6379, 10.0.0.2:6379]
                durability: { replicas: 2 }
            """,
            4,
            "groups[0].durability.replicas: 2 replicas cannot have a write where the group has 2"
                + " nodes, one of them primary; write less, or add nodes"),
        mistake(
            "durability of nobody knows how many",
            """
            groups:
              - name: orders
                nodes: [10.0.0.1:6379, 10.0.0.2:6379]
                durability: { timeout: 2s }
            """,
            4,
            "groups[0].durability: 'replicas' is missing; write how many replicas must have a"
                + " write, such as 1"),
        mistake(
            "a listener's certificate without its key",
            group()
                + "proxy:\n"
                + "  listeners:\n"
                + "    - { bind: a:1, group: orders, tls: { certificate: a } }\n",
            6,
            "proxy.listeners[0].tls: 'key' is missing; write the PEM file with its key"),
        mistake(
            "a route with two rules",
            routed("{ prefix: a, glob: b, group: orders }"),
            8,
            "proxy.listeners[0].routes[0]: a route has exactly one of prefix, glob, regex and"
                + " slots"),
        mistake(
            "a route to nowhere",
            routed("{ prefix: a, group: order }"),
            8,
            "proxy.listeners[0].routes[0].group: there is no group 'order'; did you mean"
                + " 'orders'?"),
        mistake(
            "a route by a glob that is none",
            routed("{ glob: \"a[b\", group: orders }"),
            8,
            "proxy.listeners[0].routes[0].glob: 'a[b' has a bracket that is not closed; write \\["
                + " for one"),
        mistake(
            "routes and reads from replicas",
            group()
                + "proxy:\n  listeners:\n    - bind: a:1\n      group: orders\n"
                + "      reads: replicas\n      routes: [{ prefix: a, group: orders }]\n",
            8,
            "proxy.listeners[0].reads: cannot be combined with 'routes'; remove one of them"),
        mistake(
            "no client at all",
            group()
                + "proxy:\n"
                + "  listeners:\n"
                + "    - { bind: a:1, group: orders, maxClientsPerAddress: 0 }\n",
            6,
            "proxy.listeners[0].maxClientsPerAddress: '0' is not a whole number from 1 to 1000000"),
        mistake(
            "a node with an unknown tag",
            "groups:\n  - name: orders\n    nodes: [{ address: a:1, zone: a, priority: high }]\n",
            3,
            "groups[0].nodes[0].priority: 'high' is not known here; write one of prefer, normal,"
                + " never"),
        mistake(
            "a zone of nobody",
            group() + "failover: { zones: { forbid: [far] } }\n",
            4,
            "failover.zones.forbid[0]: no node is in zone 'far'; write { address: host:port, zone:"
                + " far } in groups[].nodes"),
        mistake(
            "a return to nowhere",
            group() + "failover: { returnAfter: 5s }\n",
            4,
            "failover.returnAfter: is used only with returnToPreferred: true; remove it, or write"
                + " that"),
        mistake(
            "a standby that is a node",
            group() + "standby: [10.9.0.1:6379, 10.0.0.1:6379]\n",
            4,
            "standby[1]: '10.0.0.1:6379' is a node of group orders; remove one"),
        mistake(
            "empty groups",
            "groups: []\n",
            1,
            "groups: the list is empty; write a list of groups, each with a name and nodes"),
        mistake(
            "groups left open",
            "groups:\n",
            1,
            "groups: expected a list of groups, each with a name and nodes, found nothing"),
        mistake(
            "groups as keys",
            "groups:\n  orders: 1\n",
            2,
            "groups: expected a list of groups, each with a name and nodes, found keys"),
        mistake(
            "unknown key on top",
            group() + "failovr: {}\n",
            4,
            "failovr: unknown key; did you mean 'failover'?"),
        mistake(
            "unknown key, nothing near",
            group() + "colour: red\n",
            4,
            "colour: unknown key; known here: groups, standby, proxy, failover, hooks, replication,"
                + " admin,"
                + " log"),
        mistake(
            "unknown key inside",
            group() + "failover:\n  downafter: 3s\n",
            5,
            "failover.downafter: unknown key; did you mean 'downAfter'?"),
        mistake(
            "key written twice",
            group() + "log: {}\nlog: {}\n",
            5,
            "log: this key is written twice; keep one"),
        mistake(
            "no name",
            "groups:\n  - nodes: [10.0.0.1:6379]\n",
            2,
            "groups[0]: 'name' is missing; write a name for the group, such as orders"),
        mistake(
            "name with a slash",
            "groups:\n  - name: a/b\n    nodes: [10.0.0.1:6379]\n",
            2,
            "groups[0].name: 'a/b' is not a name; use up to 64 letters, digits, '.', '_' and '-'"),
        mistake(
            "name twice",
            group() + "  - name: orders\n    nodes: [10.0.0.2:6379]\n",
            4,
            "groups[1].name: 'orders' is already groups[0].name; choose another name"),
        mistake(
            "no nodes",
            "groups:\n  - name: orders\n",
            2,
            "groups[0]: 'nodes' is missing; write a list of host:port"),
        mistake(
            "empty nodes",
            "groups:\n  - name: orders\n    nodes: []\n",
            3,
            "groups[0].nodes: the list is empty; write a list of host:port"),
        mistake(
            "no port",
            "groups:\n  - name: orders\n    nodes:\n      - 10.0.0.1:6379\n      - 10.0.0.2\n",
            5,
            "groups[0].nodes[1]: '10.0.0.2' has no port; write host:port, such as 10.0.0.2:6379"),
        mistake(
            "port too high",
            "groups:\n  - name: orders\n    nodes: [10.0.0.1:70000]\n",
            3,
            "groups[0].nodes[0]: 70000 is not a port; write a number from 1 to 65535"),
        mistake(
            "port zero",
            "groups:\n  - name: orders\n    nodes: [10.0.0.1:0]\n",
            3,
            "groups[0].nodes[0]: 0 is not a port; write a number from 1 to 65535"),
        mistake(
            "port of letters",
            "groups:\n  - name: orders\n    nodes: [10.0.0.1:redis]\n",
            3,
            "groups[0].nodes[0]: 'redis' in '10.0.0.1:redis' is not a port; write a number from 1"
                + " to 65535"),
        mistake(
            "bare IPv6",
            "groups:\n  - name: orders\n    nodes: ['2001:db8::1:6379']\n",
            3,
            "groups[0].nodes[0]: '2001:db8::1:6379' looks like an IPv6 address; write it in"
                + " brackets, such as [2001:db8::1]:6379"),
        mistake(
            "node twice",
            "groups:\n  - name: orders\n    nodes: [10.0.0.1:6379, 10.0.0.1:6379]\n",
            3,
            "groups[0].nodes[1]: '10.0.0.1:6379' is already groups[0].nodes[0]; remove one"),
        mistake(
            "node in two groups",
            group() + "  - name: carts\n    nodes: [10.0.0.1:6379]\n",
            5,
            "groups[1].nodes[0]: '10.0.0.1:6379' is already groups[0].nodes[0]; remove one"),
        mistake(
            "auth as a text",
            group() + "    auth: hunter2\n",
            4,
            "groups[0].auth: expected keys (username, password), found a single value"),
        mistake(
            "no password",
            group() + "    auth: { username: app }\n",
            4,
            "groups[0].auth: 'password' is missing; write a text, \"${VARIABLE}\" or file:PATH"),
        mistake(
            "password of a missing variable",
            group() + "    auth: { password: \"${NOWHERE}\" }\n",
            4,
            "groups[0].auth.password: the environment variable NOWHERE is not set; set it before"
                + " starting, or write the value here"),
        mistake(
            "password of an empty variable",
            group() + "    auth: { password: \"${EMPTY}\" }\n",
            4,
            "groups[0].auth.password: is empty once its environment variable is filled in"),
        mistake(
            "variable with a bad name",
            group() + "    auth: { password: \"${A B}\" }\n",
            4,
            "groups[0].auth.password: 'A B' in ${...} is not the name of an environment variable"),
        mistake(
            "password in a missing file",
            group() + "    auth: { password: file:nowhere }\n",
            4,
            "groups[0].auth.password: 'DIR/nowhere' does not exist; create it, or correct the"
                + " path"),
        mistake(
            "password in a directory",
            group() + "    auth: { password: file:. }\n",
            4,
            "groups[0].auth.password: 'DIR/.' is a directory; name the file that holds the secret"),
        mistake(
            "password in an empty file",
            group() + "    auth: { password: file:empty }\n",
            4,
            "groups[0].auth.password: 'DIR/empty' is empty; write the secret into it"),
        mistake(
            "address from a variable",
            "groups:\n  - name: orders\n    nodes: [\"${BROKEN}\"]\n",
            3,
            "groups[0].nodes[0]: '10.0.0.9' has no port; write host:port, such as 10.0.0.9:6379"),
        mistake(
            "listener without bind",
            group() + "proxy:\n  listeners:\n    - group: orders\n",
            6,
            "proxy.listeners[0]: 'bind' is missing; write the address to listen on, such as"
                + " 127.0.0.1:6379"),
        mistake(
            "listener without group",
            group() + "proxy:\n  listeners:\n    - bind: 127.0.0.1:6379\n",
            6,
            "proxy.listeners[0]: 'group' is missing; write the name of the group that it serves"),
        mistake(
            "listener of no group",
            group() + "proxy:\n  listeners:\n    - { bind: 127.0.0.1:6379, group: order }\n",
            6,
            "proxy.listeners[0].group: there is no group 'order'; did you mean 'orders'?"),
        mistake(
            "listener twice",
            group()
                + "proxy:\n"
                + "  listeners:\n"
                + "    - { bind: 127.0.0.1:6379, group: orders }\n"
                + "    - { bind: 127.0.0.1:6379, group: orders }\n",
            7,
            "proxy.listeners[1].bind: '127.0.0.1:6379' is already proxy.listeners[0].bind; choose"
                + " another port"),
        mistake(
            "consistency of reads from the primary",
            group()
                + "proxy:\n"
                + "  listeners:\n"
                + "    - { bind: 127.0.0.1:6379, group: orders, consistency: any }\n",
            6,
            "proxy.listeners[0].consistency: has no meaning here; it needs 'reads: replicas' or"
                + " 'nearest'"),
        mistake(
            "unknown consistency",
            group()
                + "proxy:\n"
                + "  listeners:\n"
                + "    - { bind: 127.0.0.1:6379, group: orders, reads: replicas, consistency: x"
                + " }\n",
            6,
            "proxy.listeners[0].consistency: 'x' is not known here; write one of any, bounded,"
                + " session"),
        mistake(
            "reads from nowhere",
            group()
                + "proxy:\n"
                + "  listeners:\n"
                + "    - { bind: 127.0.0.1:6379, group: orders, reads: all }\n",
            6,
            "proxy.listeners[0].reads: 'all' is not known here; write one of primary, replicas,"
                + " nearest"),
        mistake(
            "too many clients",
            group() + "proxy: { maxClients: 1000001 }\n",
            4,
            "proxy.maxClients: '1000001' is not a whole number from 1 to 1000000"),
        mistake(
            "a number that is none",
            group() + "proxy: { threads: many }\n",
            4,
            "proxy.threads: 'many' is not a whole number from 1 to 1024"),
        mistake(
            "unknown transport",
            group() + "proxy: { transport: kqueue }\n",
            4,
            "proxy.transport: 'kqueue' is not known here; write one of epoll, io_uring"),
        mistake(
            "a duration without unit",
            group() + "failover: { downAfter: 3 }\n",
            4,
            "failover.downAfter: '3' is not a duration; write one such as 250ms, 3s, 5m or 1h"),
        mistake(
            "a duration out of range",
            group() + "failover: { downAfter: 1ms }\n",
            4,
            "failover.downAfter: '1ms' is not a duration from 100ms to 1h"),
        mistake(
            "a size that is none",
            group() + "proxy: { hold: { bytes: lots } }\n",
            4,
            "proxy.hold.bytes: 'lots' is not a size; write one such as 512kb, 64mb or 1gb"),
        mistake(
            "a size out of range",
            group() + "proxy: { memory: { client: 1kb } }\n",
            4,
            "proxy.memory.client: '1kb' is not a size from 64kb to 1gb"),
        mistake(
            "a list for a value",
            group() + "failover: { downAfter: [3s] }\n",
            4,
            "failover.downAfter: expected a duration from 100ms to 1h, found a list"),
        mistake(
            "a value left out",
            group() + "failover:\n  downAfter:\n",
            5,
            "failover.downAfter: is empty; write a duration from 100ms to 1h, or leave the key"
                + " out"),
        mistake(
            "another coordinator",
            group() + "failover: { coordinator: sentinel }\n",
            4,
            "failover.coordinator: 'sentinel' needs a later version; write local, zookeeper or"
                + " follow"),
        mistake(
            "a keeper without members",
            group()
                + "failover: { coordinator: zookeeper, keeper: { id: a },"
                + " zookeeper: { connect: 'h:1' } }\n",
            4,
            "failover.keeper: 'members' is missing; write the ids of all keepers"),
        mistake(
            "a keeper that is no member",
            group()
                + "failover: { coordinator: zookeeper, keeper: { id: a, members: [b] },"
                + " zookeeper: { connect: 'h:1' } }\n",
            4,
            "failover.keeper.members: 'a', this keeper's own id, is not among them; add it"),
        mistake(
            "no ZooKeeper",
            group() + "failover: { coordinator: follow }\n",
            4,
            "failover: 'zookeeper' is missing; write at least { connect: \"host:2181\" }"),
        mistake(
            "ZooKeeper for nothing",
            group() + "failover: { zookeeper: { connect: 'h:1' } }\n",
            4,
            "failover.zookeeper: is used only with coordinator: zookeeper or follow; remove it, or"
                + " write one of them"),
        mistake(
            "a prefix that is no path",
            group()
                + "failover: { coordinator: follow,"
                + " zookeeper: { connect: 'h:1', prefix: understudy } }\n",
            4,
            "failover.zookeeper.prefix: 'understudy' is not a path; write one such as /understudy"),
        mistake(
            "admin for everybody",
            group() + "admin: { bind: 0.0.0.0:8000 }\n",
            4,
            "admin.bind: '0.0.0.0:8000' is not a loopback address; write who may read there, reads:"
                + " open or reads: token, or write 127.0.0.1:8000"),
        mistake(
            "a token in plain text",
            group() + "admin: { bind: 0.0.0.0:8000, reads: token }\n",
            4,
            "admin.reads: a token would cross the network in plain text at '0.0.0.0:8000'; write"
                + " 'tls' too, or reads: open"),
        mistake(
            "admin on a listener's port",
            group()
                + "proxy:\n"
                + "  listeners:\n"
                + "    - { bind: 127.0.0.1:8000, group: orders }\n"
                + "admin: { bind: 127.0.0.1:8000 }\n",
            7,
            "admin.bind: '127.0.0.1:8000' is already a listener's; choose another port"),
        mistake(
            "unknown level",
            group() + "log: { level: loud }\n",
            4,
            "log.level: 'loud' is not known here; write one of debug, info, warn, error"),
        mistake(
            "indented with a tab",
            "groups:\n\t- name: orders\n",
            2,
            "a tab stands where only spaces may; indent with spaces"),
        mistake(
            "a tab further in",
            "groups:\n  - name: orders\n\t  nodes: [10.0.0.1:6379]\n",
            3,
            "a tab stands where only spaces may; indent with spaces"),
        mistake(
            "a bracket left open",
            "groups: [\n",
            2,
            "this is not YAML: expected the node content, but found '<stream end>'"),
        mistake(
            "two documents",
            group() + "---\n" + group(),
            4,
            "this is not YAML: but found another document"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mistakes")
  void shouldAnswerMistakeWithOneExactLine(String name, String yaml, String expected)
      throws IOException {
    Files.createFile(directory.resolve("empty"));
    Path file = Files.writeString(directory.resolve("understudy.yaml"), yaml);

    ConfigurationException refusal = refusal(file);

    String shown =
        String.join("\n", refusal.lines())
            .replace(file.toString(), "understudy.yaml")
            .replace(directory.toString(), "DIR");
    assertThat(shown).isEqualTo(expected);
  }

  @Test
  void shouldSayThatFileIsMissing() {
    assertThat(refusal(directory.resolve("nowhere.yaml")).lines())
        .containsExactly(
            directory.resolve("nowhere.yaml")
                + ": there is no such file; create it (README.md has an example), or name another"
                + " with -c");
  }

  @Test
  void shouldSayThatFileIsDirectory() {
    assertThat(refusal(directory).lines())
        .containsExactly(directory + ": is a directory; name the configuration file");
  }

  @Test
  void shouldSayThatFileIsNotText() throws IOException {
    Path file = Files.write(directory.resolve("understudy.yaml"), new byte[] {(byte) 0xff, 0});
    assertThat(refusal(file).lines()).containsExactly(file + ": is not UTF-8 text");
  }

  @Test
  void shouldSayThatFileIsTooLarge() throws IOException {
    Path file = Files.write(directory.resolve("understudy.yaml"), new byte[(1 << 20) + 1]);
    assertThat(refusal(file).lines())
        .containsExactly(file + ": is larger than 1mb, so it is not a configuration file");
  }

  @Test
  void shouldListEveryMistakeInOneRun() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("understudy.yaml"),
            "groups:\n  - name: orders\n    nodes: [10.0.0.1, 10.0.0.2:0]\nlog: { level: loud }\n");
    assertThat(refusal(file).lines()).hasSize(3);
  }

  @Test
  void shouldNeverShowSecretsInErrors() throws IOException {
    Files.write(directory.resolve("secret"), "hunter2\n".getBytes(StandardCharsets.UTF_8));
    Path file =
        Files.writeString(
            directory.resolve("understudy.yaml"),
            """
            groups:
              - name: orders
                nodes: [10.0.0.1]
                auth: { password: file:secret }
              - name: carts
                nodes: [10.0.0.2]
                auth: { password: "${PASSWORD}" }
              - name: users
                nodes: [10.0.0.3:1]
                auth: [hunter2]
              - name: jobs
                nodes: [10.0.0.4:1]
                auth: { username: [hunter2], password: { hunter2: hunter2 } }
            """);
    assertThat(refusal(file).lines())
        .hasSizeGreaterThan(4)
        .noneMatch(line -> line.contains("hunter2"));
  }

  private static ConfigurationException refusal(Path file) {
    return catchThrowableOfType(
        ConfigurationException.class,
        () -> ConfigurationFile.read(file, name -> Optional.ofNullable(ENVIRONMENT.get(name))));
  }

  @Test
  void shouldNameTheFileThatTlsCannotBeMadeOf() throws IOException {
    String yaml = group() + "    tls: { ca: %s }\n";
    Path file = directory.resolve("understudy.yaml");
    Files.writeString(file, yaml.formatted("none.pem"));
    assertThat(refusal(file))
        .hasMessage(
            file
                + ":4: groups[0].tls: '"
                + directory.resolve("none.pem")
                + "' does not exist; create it, or correct the path");
    Files.writeString(file, yaml.formatted("understudy.yaml"));
    assertThat(refusal(file))
        .hasMessage(file + ":4: groups[0].tls: '" + file + "' holds no certificates in PEM");
  }

  private static String routed(String route) {
    return group()
        + "proxy:\n  listeners:\n    - bind: a:1\n      group: orders\n      routes: ["
        + route
        + "]\n";
  }

  private static String group() {
    return "groups:\n  - name: orders\n    nodes: [10.0.0.1:6379]\n";
  }

  private static Arguments mistake(String name, String yaml, String line) {
    return Arguments.of(name, yaml, "understudy.yaml: " + line);
  }

  private static Arguments mistake(String name, String yaml, int lineNumber, String line) {
    return Arguments.of(name, yaml, "understudy.yaml:" + lineNumber + ": " + line);
  }
}
