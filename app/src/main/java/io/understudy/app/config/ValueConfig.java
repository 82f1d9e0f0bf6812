package io.understudy.app.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What becomes of the values of some keys.
 *
 * @param keys an expression that these keys fit
 * @param change what happens to them
 */
public record ValueConfig(String keys, Change change) {
  /** What happens to a value. */
  public sealed interface Change {
    /** Keys whose value has no string that fits an expression are left out. */
    record Matching(String expression) implements Change {
      @Override
      public String toString() {
        return "left out unless " + expression + " fits";
      }
    }

    /** What fits an expression becomes a text. */
    record Replacing(String expression, String with) implements Change {
      @Override
      public String toString() {
        return expression + " replaced with '" + with + "'";
      }
    }

    /** Fields of hashes are left out. */
    record WithoutFields(List<String> names) implements Change {
      public WithoutFields {
        names = List.copyOf(names);
      }

      @Override
      public String toString() {
        return "without the fields " + String.join(", ", names);
      }
    }

    /**
     * A class does what it likes.
     *
     * @param jar where it is; empty for the class path
     */
    record OfClass(String name, Optional<Path> jar) implements Change {
      @Override
      public String toString() {
        return "changed by " + name;
      }
    }
  }

  @Override
  public String toString() {
    return "values of " + keys + " " + change;
  }
}
