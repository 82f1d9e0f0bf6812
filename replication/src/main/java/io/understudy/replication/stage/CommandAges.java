package io.understudy.replication.stage;

import io.understudy.replication.rdb.RdbTarget;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import java.util.Map;

/**
 * Since which versions servers have each command that may be replicated; one that is not named here
 * is older than all that are supported. Seven real servers are asked whether this is so, by {@code
 * DialectTest}.
 */
final class CommandAges {
  private static final Since REDIS_6_2 = Since.redis(6, 2);
  private static final Since REDIS_7_0 = Since.redis(7, 0);
  private static final Since FIELD_TIMES = Since.redis(7, 4).andValkey(9, 0);
  private static final Since REDIS_8_0 = Since.redis(8, 0).andValkey(9, 0);
  private static final Since VECTORS = Since.onlyRedis(8, 0);
  private static final Since REDIS_8_2 = Since.onlyRedis(8, 2);
  private static final Since REDIS_8_4 = Since.onlyRedis(8, 4);
  private static final Since REDIS_8_6 = Since.onlyRedis(8, 6);

  private static final Map<String, Since> AGES =
      Map.ofEntries(
          Map.entry("blmove", REDIS_6_2),
          Map.entry("copy", REDIS_6_2),
          Map.entry("geosearchstore", REDIS_6_2),
          Map.entry("getdel", REDIS_6_2),
          Map.entry("getex", REDIS_6_2),
          Map.entry("lmove", REDIS_6_2),
          Map.entry("xautoclaim", REDIS_6_2),
          Map.entry("xgroup|createconsumer", REDIS_6_2),
          Map.entry("zdiffstore", REDIS_6_2),
          Map.entry("zrangestore", REDIS_6_2),
          Map.entry("blmpop", REDIS_7_0),
          Map.entry("bzmpop", REDIS_7_0),
          Map.entry("fcall", REDIS_7_0),
          Map.entry("function|delete", REDIS_7_0),
          Map.entry("function|flush", REDIS_7_0),
          Map.entry("function|load", REDIS_7_0),
          Map.entry("function|restore", REDIS_7_0),
          Map.entry("lmpop", REDIS_7_0),
          Map.entry("spublish", REDIS_7_0),
          Map.entry("zmpop", REDIS_7_0),
          Map.entry("hexpire", FIELD_TIMES),
          Map.entry("hexpireat", FIELD_TIMES),
          Map.entry("hpersist", FIELD_TIMES),
          Map.entry("hpexpire", FIELD_TIMES),
          Map.entry("hpexpireat", FIELD_TIMES),
          Map.entry("hgetex", REDIS_8_0),
          Map.entry("hsetex", REDIS_8_0),
          Map.entry("hgetdel", Since.redis(8, 0).andValkey(9, 1)),
          Map.entry("vadd", VECTORS),
          Map.entry("vrem", VECTORS),
          Map.entry("vsetattr", VECTORS),
          Map.entry("xackdel", REDIS_8_2),
          Map.entry("xdelex", REDIS_8_2),
          Map.entry("delex", REDIS_8_4),
          Map.entry("trimslots", REDIS_8_4),
          Map.entry("msetex", Since.redis(8, 4).andValkey(9, 1)),
          Map.entry("xcfgset", REDIS_8_6),
          Map.entry("xidmprecord", REDIS_8_6),
          Map.entry("delifeq", Since.onlyValkey(9, 0)));

  static {
    for (String name : AGES.keySet()) {
      if (CommandTable.standard().named(name).isUnknown()) {
        throw new IllegalStateException("the command table has no '" + name + "'");
      }
    }
  }

  private CommandAges() {}

  /** Whether a server has a command; none has an unknown one. */
  static boolean has(RdbTarget target, Command command) {
    Since since = AGES.get(command.name());
    return !command.isUnknown() && (since == null || since.isIn(target));
  }
}
