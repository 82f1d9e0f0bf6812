package io.understudy.bench.compare;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What {@code bench/compare} can be asked; the defaults are the method that a verdict needs. */
@Command(
    name = "bench/compare",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Measures Understudy, HAProxy and twemproxy side by side in front of one Redis, each with one"
          + " thread, and says whether Understudy reaches its figures.",
      "Exit code: 0 all reached, 1 one missed, 2 could not measure, 3 too disturbed to tell."
    })
final class CompareOptions {
  /** How rounds are spent when there is little time: enough to see a trend, not for a verdict. */
  private static final int QUICK_ROUNDS = 3;

  private static final double QUICK_ROUND_SECONDS = 1;

  /** At depth 1 each request costs a turn of the scheduler, whose luck takes long to even out. */
  private static final int UNPIPELINED_FACTOR = 5;

  private static final long QUICK_WARM_UP = 600_000;

  @Option(
      names = "--commands",
      split = ",",
      paramLabel = "NAME",
      description = "GET, SET or MIX, which is 80 %% GET and 20 %% SET (default: GET,SET)")
  List<String> commands = List.of("GET", "SET");

  @Option(
      names = "--depths",
      split = ",",
      paramLabel = "N",
      description = "pipeline depths (default: 1,16,50)")
  List<Integer> depths = List.of(1, 16, 50);

  @Option(
      names = "--connections",
      paramLabel = "N",
      description = "client connections (default: ${DEFAULT-VALUE})")
  int connections = 50;

  @Option(
      names = "--value-bytes",
      paramLabel = "N",
      description = "size of the values (default: ${DEFAULT-VALUE})")
  int valueBytes = 64;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description =
          "rounds to keep of each series, and five times as many at depth 1, where the peers"
              + " themselves differ most between rounds (default: ${DEFAULT-VALUE})")
  int rounds = 7;

  @Option(
      names = "--round-seconds",
      paramLabel = "S",
      description = "length of a round of one target (default: ${DEFAULT-VALUE})")
  double roundSeconds = 1.5;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      description = "requests to Understudy before the first round (default: ${DEFAULT-VALUE})")
  long warmUpRequests = 3_000_000;

  @Option(
      names = "--settle-seconds",
      paramLabel = "N",
      description =
          "how long to go on with that, at most, until the virtual machine's compiler is quiet"
              + " (default: ${DEFAULT-VALUE})")
  int settleSeconds = 30;

  @Option(
      names = "--resp3",
      description = "connections say HELLO 3; twemproxy cannot, so it is out")
  boolean resp3;

  @Option(names = "--quick", description = "3 rounds of 1 s after a short warm-up; a trend only")
  boolean quick;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Understudy's event loops (default: ${DEFAULT-VALUE}); peers always have one thread")
  int threads = 1;

  @Option(names = "--peers-only", description = "leave Understudy out")
  boolean peersOnly;

  @Option(
      names = "--peer",
      paramLabel = "NAME=PORT:PID",
      description =
          "one more proxy that runs already on 127.0.0.1; let it lead to the port given with"
              + " --redis-port. May be repeated")
  Map<String, String> peers = new LinkedHashMap<>();

  @Option(
      names = "--redis-port",
      paramLabel = "PORT",
      description = "where Redis is to listen (default: any free port)")
  int redisPort;

  @Option(
      names = "--strict",
      description = {
        "judge by stricter figures: CPU per request against the best peer at most 1.0 x at depth 1,"
            + " 0.75 x at 16, 0.85 x at others; throughput at least the smaller of 1.2 x the best"
            + " peer's and 0.9 x direct; p99 at most the best peer's; Redis' own CPU per request at"
            + " most half of direct at depth 1"
      })
  boolean strict;

  @Option(
      names = "--jvm",
      split = " ",
      paramLabel = "OPTIONS",
      description = "more options for Understudy's virtual machine")
  List<String> jvmOptions = List.of();

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "append every measurement, rejected ones too, to FILE")
  String csvFile = "";

  /** Applies what {@code --quick} stands for. */
  void settle() {
    if (quick) {
      rounds = QUICK_ROUNDS;
      roundSeconds = QUICK_ROUND_SECONDS;
      warmUpRequests = Math.min(warmUpRequests, QUICK_WARM_UP);
      settleSeconds = 0;
    }
  }

  /** How many rounds of a series are to be kept. */
  int roundsAt(int depth) {
    return depth == 1 && !quick ? UNPIPELINED_FACTOR * rounds : rounds;
  }
}
