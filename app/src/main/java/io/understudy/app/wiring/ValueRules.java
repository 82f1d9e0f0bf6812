package io.understudy.app.wiring;

import com.google.re2j.Pattern;
import io.understudy.app.config.FeedConfig;
import io.understudy.app.config.ValueConfig;
import io.understudy.replication.stage.Contents;
import io.understudy.replication.stage.DeclaredChange;
import io.understudy.replication.stage.KeyPattern;
import io.understudy.replication.stage.ValueChange;
import io.understudy.replication.stage.ValueRule;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes a feed's rules for values of what its configuration says. */
final class ValueRules {
  private ValueRules() {}

  /**
   * The rules.
   *
   * @throws StartException in one line, if a class cannot be used
   */
  static Contents of(FeedConfig feed) throws StartException {
    List<ValueRule> rules = new ArrayList<>();
    for (ValueConfig each : feed.values()) {
      rules.add(new ValueRule(KeyPattern.regularExpression(each.keys()), change(each.change())));
    }
    return new Contents(feed.types(), rules);
  }

  private static ValueChange change(ValueConfig.Change change) throws StartException {
    return switch (change) {
      case ValueConfig.Change.Matching(String expression) ->
          new DeclaredChange.Matching(Pattern.compile(expression));
      case ValueConfig.Change.Replacing(String expression, String with) ->
          new DeclaredChange.Replacing(Pattern.compile(expression), with);
      case ValueConfig.Change.WithoutFields(List<String> names) ->
          new DeclaredChange.WithoutFields(Set.copyOf(names));
      case ValueConfig.Change.OfClass(String name, Optional<Path> jar) -> instance(name, jar);
    };
  }

  private static ValueChange instance(String name, Optional<Path> jar) throws StartException {
    String where = jar.map(file -> "in " + file).orElse("on the class path");
    try {
      Object made = Class.forName(name, true, loader(jar)).getConstructor().newInstance();
      if (made instanceof ValueChange change) {
        return change;
      }
      throw new StartException(
          name + " does not implement " + ValueChange.class.getName() + "; let it");
    } catch (ClassNotFoundException e) {
      throw new StartException(
          name + " is not " + where + "; correct the name, or say 'jar: FILE' beside it", e);
    } catch (ReflectiveOperationException e) {
      throw new StartException(
          name + " cannot be made: it needs a public constructor without arguments that works", e);
    } catch (MalformedURLException e) {
      throw new StartException(where + " there can be no class", e);
    }
  }

  /** It stays open: classes may be asked for as long as the program runs. */
  private static ClassLoader loader(Optional<Path> jar) throws MalformedURLException {
    ClassLoader own = ValueRules.class.getClassLoader();
    return jar.isEmpty() ? own : new URLClassLoader(new URL[] {jar.get().toUri().toURL()}, own);
  }
}
