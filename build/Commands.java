import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Writes the command table of {@code wire} from what a running Redis and a running Valkey answer to
 * COMMAND. Run by {@code build/commands}, which starts the newest of both.
 *
 * <p>Arguments: the port of the Redis, the port of the Valkey, the file to write. Where the two
 * disagree, the merged line errs towards caution: flags are united (a command that one of them
 * calls a write is a write and not read-only), the wider arity is taken, tips and key specs are the
 * Redis's when it has any. Every disagreement is printed for review.
 */
public final class Commands {
  private Commands() {}

  /** One command as one server reports it. */
  private record Reported(
      int arity,
      SortedSet<String> flags,
      SortedSet<String> categories,
      List<String> tips,
      List<String> keySpecs) {}

  public static void main(String[] arguments) throws IOException {
    Map<String, Reported> redis = ask(Integer.parseInt(arguments[0]));
    Map<String, Reported> valkey = ask(Integer.parseInt(arguments[1]));
    SortedSet<String> names = new TreeSet<>(redis.keySet());
    names.addAll(valkey.keySet());
    StringBuilder out = new StringBuilder();
    out.append(
        """
        # Written by build/commands from what real servers report; do not edit (overrides.txt is for that).
        # name families(r=Redis v=Valkey) arity flags categories tips keyspecs(flags/begin/find;...)
        """);
    for (String name : names) {
      Reported ofRedis = redis.get(name);
      Reported ofValkey = valkey.get(name);
      Reported merged =
          ofRedis == null ? ofValkey : ofValkey == null ? ofRedis : merge(name, ofRedis, ofValkey);
      String families = (ofRedis == null ? "" : "r") + (ofValkey == null ? "" : "v");
      out.append(name).append(' ').append(families).append(' ').append(merged.arity());
      out.append(' ').append(column(",", merged.flags()));
      out.append(' ').append(column(",", merged.categories()));
      out.append(' ').append(column(",", merged.tips()));
      out.append(' ').append(column(";", merged.keySpecs())).append('\n');
    }
    Files.writeString(Path.of(arguments[2]), out);
    System.out.println(names.size() + " commands written to " + arguments[2]);
  }

  private static String column(String separator, Iterable<String> words) {
    String joined = String.join(separator, words);
    return joined.isEmpty() ? "-" : joined;
  }

  private static Reported merge(String name, Reported redis, Reported valkey) {
    SortedSet<String> flags = new TreeSet<>(redis.flags());
    flags.addAll(valkey.flags());
    if (flags.contains("write")) {
      flags.remove("readonly");
    }
    SortedSet<String> categories = new TreeSet<>(redis.categories());
    categories.addAll(valkey.categories());
    if (flags.contains("write")) {
      categories.remove("read");
    }
    report(name, "flags", redis.flags(), valkey.flags());
    report(name, "arity", redis.arity(), valkey.arity());
    report(name, "tips", redis.tips(), valkey.tips());
    report(name, "key specs", redis.keySpecs(), valkey.keySpecs());
    int arity =
        redis.arity() == valkey.arity()
            ? redis.arity()
            : -Math.min(Math.abs(redis.arity()), Math.abs(valkey.arity()));
    return new Reported(
        arity,
        flags,
        categories,
        redis.tips().isEmpty() ? valkey.tips() : redis.tips(),
        redis.keySpecs().isEmpty() ? valkey.keySpecs() : redis.keySpecs());
  }

  private static void report(String name, String what, Object redis, Object valkey) {
    if (!redis.equals(valkey)) {
      System.out.printf("%s: %s differ: redis %s, valkey %s%n", name, what, redis, valkey);
    }
  }

  private static Map<String, Reported> ask(int port) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.getOutputStream().write("COMMAND\r\n".getBytes(StandardCharsets.US_ASCII));
      InputStream in = new BufferedInputStream(socket.getInputStream());
      Map<String, Reported> found = new HashMap<>();
      for (Object command : list(read(in))) {
        add(list(command), found);
      }
      return found;
    }
  }

  private static void add(List<?> command, Map<String, Reported> found) {
    SortedSet<String> categories = new TreeSet<>();
    for (Object category : list(command.get(6))) {
      categories.add(category.toString().substring(1));
    }
    List<String> tips = new ArrayList<>();
    for (Object tip : list(command.get(7))) {
      tips.add(tip.toString());
    }
    List<String> specs = new ArrayList<>();
    for (Object spec : list(command.get(8))) {
      specs.add(keySpec(pairs(spec)));
    }
    SortedSet<String> flags = new TreeSet<>();
    for (Object flag : list(command.get(2))) {
      flags.add(flag.toString());
    }
    String name = command.get(0).toString().toLowerCase(java.util.Locale.ROOT);
    found.put(
        name, new Reported(((Long) command.get(1)).intValue(), flags, categories, tips, specs));
    for (Object subcommand : list(command.get(9))) {
      add(list(subcommand), found);
    }
  }

  private static String keySpec(SortedMap<String, Object> spec) {
    List<String> flags = new ArrayList<>();
    for (Object flag : list(spec.get("flags"))) {
      flags.add(flag.toString().toLowerCase(java.util.Locale.ROOT));
    }
    return String.join(",", flags)
        + "/"
        + step(pairs(spec.get("begin_search")), "index", "keyword", "startfrom")
        + "/"
        + step(
            pairs(spec.get("find_keys")), "lastkey", "keynumidx", "firstkey", "keystep", "limit");
  }

  private static String step(SortedMap<String, Object> step, String... fields) {
    StringBuilder text = new StringBuilder(step.get("type").toString());
    SortedMap<String, Object> values = pairs(step.get("spec"));
    for (String field : fields) {
      if (values.containsKey(field)) {
        text.append(':').append(values.get(field));
      }
    }
    return text.toString();
  }

  private static SortedMap<String, Object> pairs(Object flat) {
    List<?> items = list(flat);
    SortedMap<String, Object> map = new TreeMap<>();
    for (int i = 0; i + 1 < items.size(); i += 2) {
      map.put(items.get(i).toString(), items.get(i + 1));
    }
    return map;
  }

  private static List<?> list(Object value) {
    return (List<?>) value;
  }

  /** Reads one RESP2 reply: String, Long, List, or an empty String for a null. */
  private static Object read(InputStream in) throws IOException {
    String line = line(in);
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> rest;
      case ':' -> Long.parseLong(rest);
      case '$' -> bulk(in, Integer.parseInt(rest));
      case '*' -> {
        List<Object> items = new ArrayList<>();
        for (int i = Integer.parseInt(rest); i > 0; i--) {
          items.add(read(in));
        }
        yield items;
      }
      default -> throw new IOException("the server answered " + line);
    };
  }

  private static String bulk(InputStream in, int length) throws IOException {
    if (length < 0) {
      return "";
    }
    byte[] bytes = in.readNBytes(length + 2);
    return new String(bytes, 0, length, StandardCharsets.ISO_8859_1);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }
}
