package io.understudy.wire.acl;

import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Reads rules one after the other, as servers do (ACLSetUser in acl.c), but refuses what the proxy
 * cannot keep: selectors, databases, first arguments, the check of RESTORE's payload.
 */
final class AclRules {
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

  private static final List<String> OF_SERVERS_ONLY =
      List.of(
          "sanitize-payload",
          "skip-sanitize-payload",
          "clearselectors",
          "alldbs",
          "resetdbs",
          "db=");

  private static final CommandTable TABLE = CommandTable.standard();

  private final Set<String> hashes = new HashSet<>();
  private final BitSet commands = new BitSet(TABLE.size());
  private final List<KeyPattern> keys = new ArrayList<>();
  private final List<Glob> channels = new ArrayList<>();
  private boolean on;
  private boolean withoutPassword;
  private boolean allCommands;

  AclRules() {}

  AclUser read(String name, String rules) {
    boolean behindPassword = false;
    int number = 0;
    for (String rule : rules.trim().split("\\s+", -1)) {
      number++;
      // What follows a password with a blank in it may be the rest of that password.
      boolean secret = isSecret(rule) || behindPassword;
      String shown = secret ? "rule " + number : "'" + rule + "'";
      take(rule, shown);
      behindPassword = isSecret(rule);
    }
    return new AclUser(
        name, on, withoutPassword, hashes, new Rights(commands, allCommands, keys, channels));
  }

  private static boolean isSecret(String rule) {
    return rule.startsWith(">")
        || rule.startsWith("<")
        || rule.startsWith("#")
        || rule.startsWith("!");
  }

  private void take(String rule, String shown) {
    switch (rule.toLowerCase(Locale.ROOT)) {
      case "on" -> on = true;
      case "off" -> on = false;
      case "nopass" -> {
        withoutPassword = true;
        hashes.clear();
      }
      case "resetpass" -> resetPasswords();
      case "allkeys" -> key(shown, "*", Access.BOTH);
      case "resetkeys" -> keys.clear();
      case "allchannels" -> channel("*", shown);
      case "resetchannels" -> channels.clear();
      case "allcommands", "+@all" -> allCommands(true);
      case "nocommands", "-@all" -> allCommands(false);
      case "reset" -> {
        on = false;
        resetPasswords();
        keys.clear();
        channels.clear();
        allCommands(false);
      }
      default -> takeWithArgument(rule, shown);
    }
  }

  private void takeWithArgument(String rule, String shown) {
    if (rule.isEmpty()) {
      throw refused("there is no rule; write such as: on >PASSWORD ~orders:* +@read");
    }
    String rest = rule.substring(1);
    switch (rule.charAt(0)) {
      case '>' -> addHash(AclUser.hash(rest.getBytes(StandardCharsets.UTF_8)));
      case '#' -> addHash(checked(rest, shown));
      case '<' -> removeHash(AclUser.hash(rest.getBytes(StandardCharsets.UTF_8)), shown);
      case '!' -> removeHash(checked(rest, shown), shown);
      case '~' -> key(shown, rest, Access.BOTH);
      case '%' -> keyWithAccess(rule, shown);
      case '&' -> channel(rest, shown);
      case '+' -> command(rest, true, shown);
      case '-' -> command(rest, false, shown);
      case '(' -> throw refused("selectors in brackets are not known here; write another user");
      default -> {
        String lower = rule.toLowerCase(Locale.ROOT);
        throw refused(
            OF_SERVERS_ONLY.stream().anyMatch(lower::startsWith)
                ? shown + " is for servers only, and means nothing here; remove it"
                : shown
                    + " is not a rule; rules begin with + - ~ % & > # or are words such as on,"
                    + " nopass, allkeys");
      }
    }
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(why);
  }

  private void resetPasswords() {
    hashes.clear();
    withoutPassword = false;
  }

  private void addHash(String hash) {
    hashes.add(hash);
    withoutPassword = false;
  }

  private void removeHash(String hash, String shown) {
    if (!hashes.remove(hash)) {
      throw refused(shown + " takes away a password that was not given before");
    }
  }

  private static String checked(String hash, String shown) {
    if (!HASH.matcher(hash).matches()) {
      throw refused(
          shown + " is no SHA-256 of a password; it has 64 digits from 0 to 9 and a to f");
    }
    return hash;
  }

  private void keyWithAccess(String rule, String shown) {
    int tilde = rule.indexOf('~');
    String kinds = tilde < 0 ? "" : rule.substring(1, tilde).toUpperCase(Locale.ROOT);
    int access =
        switch (kinds) {
          case "R" -> Access.READ;
          case "W" -> Access.WRITE;
          case "RW", "WR" -> Access.BOTH;
          default -> throw refused(shown + " is none of %R~PATTERN, %W~PATTERN, %RW~PATTERN");
        };
    key(shown, rule.substring(tilde + 1), access);
  }

  private void key(String shown, String pattern, int access) {
    KeyPattern added = new KeyPattern(glob(pattern, shown), access);
    if (keys.stream().anyMatch(KeyPattern::isAll) && !added.isAll()) {
      throw refused(shown + " adds nothing to all keys; remove it, or write resetkeys before it");
    }
    if (!keys.contains(added)) {
      keys.add(added);
    }
  }

  private void channel(String pattern, String shown) {
    Glob added = glob(pattern, shown);
    if (channels.stream().anyMatch(Glob::isAll) && !added.isAll()) {
      throw refused(
          shown + " adds nothing to all channels; remove it, or write resetchannels before it");
    }
    if (!channels.contains(added)) {
      channels.add(added);
    }
  }

  private static Glob glob(String pattern, String shown) {
    if (pattern.isEmpty()) {
      throw refused(shown + " has no pattern behind it");
    }
    try {
      return new Glob(pattern);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          shown + " has a bracket that is not closed; write \\[ for one", e);
    }
  }

  private void allCommands(boolean allowed) {
    commands.set(0, TABLE.size(), allowed);
    allCommands = allowed;
  }

  private void command(String named, boolean allowed, String shown) {
    String name = named.toLowerCase(Locale.ROOT);
    allCommands &= allowed;
    if (name.startsWith("@")) {
      category(name.substring(1), allowed, shown);
      return;
    }
    Command command = TABLE.named(name);
    if (command.isUnknown()) {
      int bar = name.indexOf('|');
      Command container = bar < 0 ? Command.UNKNOWN : TABLE.named(name.substring(0, bar));
      throw refused(
          shown
              + (container.isUnknown()
                  ? " names no command of Redis or Valkey"
                  : container.container()
                      ? " names no subcommand of " + container.name()
                      : " looks at a first argument, which is not possible here; allow "
                          + container.name()
                          + ", or forbid it"));
    }
    commands.set(command.id(), allowed);
    if (command.container()) {
      subcommands(command, allowed);
    } else if (!allowed) {
      forbidUnknownSubcommands(command);
    }
  }

  private void subcommands(Command container, boolean allowed) {
    for (Command other : TABLE.commands()) {
      if (other.name().startsWith(container.name() + "|")) {
        commands.set(other.id(), allowed);
      }
    }
  }

  /** A subcommand that the table does not know is allowed if all are that it knows. */
  private void forbidUnknownSubcommands(Command subcommand) {
    int bar = subcommand.name().indexOf('|');
    if (bar > 0) {
      commands.clear(TABLE.named(subcommand.name().substring(0, bar)).id());
    }
  }

  private void category(String name, boolean allowed, String shown) {
    Set<String> known = new TreeSet<>();
    boolean found = false;
    for (Command command : TABLE.commands()) {
      known.addAll(command.categories());
      if (command.categories().contains(name)) {
        found = true;
        commands.set(command.id(), allowed);
        if (!allowed) {
          forbidUnknownSubcommands(command);
        }
      }
    }
    if (!found) {
      throw refused(shown + " names no category; known: all, " + String.join(", ", known));
    }
  }
}
