package io.understudy.failover.text;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One record as one line of JSON, and back.
 *
 * <p>A record is an object of its components, in order; a record that stands for a sealed interface
 * has its simple name first, under {@code "@"}. An empty optional is {@code null}, a map is an
 * array of pairs, a duration its ISO form. Types come from the records themselves, so that a
 * component that is added or renamed changes the format: whoever stores the text numbers its
 * versions.
 */
public final class RecordText {
  private static final String TAG = "@";

  private RecordText() {}

  /** The record as text. */
  public static String write(Record value) {
    var out = new StringBuilder();
    writeValue(out, value, value.getClass());
    return out.toString();
  }

  /**
   * The record that {@code text} describes.
   *
   * @throws IllegalArgumentException with the place and what was expected there
   */
  public static <T extends Record> T read(String text, Class<T> type) {
    Object tree = JsonReader.read(text);
    return type.cast(readValue(tree, type, type.getSimpleName()));
  }

  private static void writeValue(StringBuilder out, Object value, Type declared) {
    switch (value) {
      case Optional<?> optional -> {
        if (optional.isPresent()) {
          writeValue(out, optional.get(), argument(declared, 0));
        } else {
          out.append("null");
        }
      }
      case OptionalLong optional ->
          out.append(optional.isPresent() ? String.valueOf(optional.getAsLong()) : "null");
      case Map<?, ?> map -> {
        List<List<Object>> pairs = new ArrayList<>();
        map.forEach((k, v) -> pairs.add(List.of(k, v)));
        pairs.sort((a, b) -> a.getFirst().toString().compareTo(b.getFirst().toString()));
        writeAll(
            out,
            pairs,
            pair -> {
              out.append('[');
              writeValue(out, pair.get(0), argument(declared, 0));
              out.append(',');
              writeValue(out, pair.get(1), argument(declared, 1));
              out.append(']');
            });
      }
      case Set<?> set ->
          writeAll(
              out,
              set.stream().sorted((a, b) -> a.toString().compareTo(b.toString())).toList(),
              element -> writeValue(out, element, argument(declared, 0)));
      case Collection<?> list ->
          writeAll(out, list, element -> writeValue(out, element, argument(declared, 0)));
      case Record record -> writeRecord(out, record, declared);
      case Enum<?> constant -> JsonReader.quote(out, constant.name());
      case Duration duration -> JsonReader.quote(out, duration.toString());
      case String string -> JsonReader.quote(out, string);
      case Long number -> out.append(number);
      case Integer number -> out.append(number);
      case Double number -> JsonReader.quote(out, number.toString());
      case Boolean bool -> out.append(bool);
      default -> throw new IllegalArgumentException("no text form for " + value.getClass());
    }
  }

  private static <T> void writeAll(
      StringBuilder out, Collection<T> elements, java.util.function.Consumer<T> each) {
    out.append('[');
    boolean first = true;
    for (T element : elements) {
      if (!first) {
        out.append(',');
      }
      first = false;
      each.accept(element);
    }
    out.append(']');
  }

  private static void writeRecord(StringBuilder out, Record record, Type declared) {
    out.append('{');
    boolean first = true;
    if (declared != record.getClass()) {
      JsonReader.quote(out, TAG);
      out.append(':');
      JsonReader.quote(out, record.getClass().getSimpleName());
      first = false;
    }
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      if (!first) {
        out.append(',');
      }
      first = false;
      JsonReader.quote(out, component.getName());
      out.append(':');
      writeValue(out, get(record, component), component.getGenericType());
    }
    out.append('}');
  }

  private static Object get(Record record, RecordComponent component) {
    try {
      var accessor = component.getAccessor();
      // A nested record may be less visible than its accessor.
      accessor.setAccessible(true);
      return accessor.invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private static Object readValue(@Nullable Object tree, Type type, String path) {
    Class<?> raw = rawClass(type);
    if (raw == Optional.class) {
      return tree == null
          ? Optional.empty()
          : Optional.of(readValue(tree, argument(type, 0), path));
    }
    if (raw == OptionalLong.class) {
      return tree == null ? OptionalLong.empty() : OptionalLong.of(expect(tree, Long.class, path));
    }
    if (tree == null) {
      throw new IllegalArgumentException(path + ": a value is missing");
    }
    if (raw == List.class) {
      return readElements(tree, argument(type, 0), path);
    }
    if (raw == Set.class) {
      return new LinkedHashSet<>(readElements(tree, argument(type, 0), path));
    }
    if (raw == Map.class) {
      return readMap(tree, type, path);
    }
    if (raw == String.class) {
      return expect(tree, String.class, path);
    }
    if (raw == boolean.class || raw == Boolean.class) {
      return expect(tree, Boolean.class, path);
    }
    return readNumberOrRecord(tree, raw, path);
  }

  private static Object readNumberOrRecord(Object tree, Class<?> raw, String path) {
    try {
      if (raw == long.class || raw == Long.class) {
        return expect(tree, Long.class, path);
      }
      if (raw == int.class || raw == Integer.class) {
        return Math.toIntExact(expect(tree, Long.class, path));
      }
      if (raw == double.class) {
        return Double.valueOf(expect(tree, String.class, path));
      }
      if (raw == Duration.class) {
        return Duration.parse(expect(tree, String.class, path));
      }
      if (raw.isEnum()) {
        return constant(raw, expect(tree, String.class, path));
      }
    } catch (ArithmeticException | java.time.format.DateTimeParseException e) {
      throw new IllegalArgumentException(path + ": " + e.getMessage(), e);
    }
    if (!(tree instanceof Map<?, ?> fields)) {
      throw new IllegalArgumentException(path + ": an object was expected");
    }
    return readRecord(fields, raw, path);
  }

  private static Object constant(Class<?> raw, String name) {
    return Arrays.stream(raw.getEnumConstants())
        .filter(c -> ((Enum<?>) c).name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'" + name + "' is none of " + Arrays.toString(raw.getEnumConstants())));
  }

  private static List<Object> readElements(Object tree, Type element, String path) {
    List<Object> read = new ArrayList<>();
    for (Object each : expect(tree, List.class, path)) {
      read.add(readValue(each, element, path + "[" + read.size() + "]"));
    }
    return read;
  }

  private static Map<Object, Object> readMap(Object tree, Type type, String path) {
    Map<Object, Object> map = new LinkedHashMap<>();
    for (Object each : expect(tree, List.class, path)) {
      List<?> pair = expect(each, List.class, path);
      if (pair.size() != 2) {
        throw new IllegalArgumentException(path + ": a pair was expected");
      }
      map.put(
          readValue(pair.get(0), argument(type, 0), path),
          readValue(pair.get(1), argument(type, 1), path));
    }
    return map;
  }

  private static Object readRecord(Map<?, ?> fields, Class<?> declared, String path) {
    Class<?> type = declared.isSealed() ? tagged(fields, declared, path) : declared;
    RecordComponent[] components = type.getRecordComponents();
    if (components == null) {
      throw new IllegalArgumentException(path + ": " + type + " is no record");
    }
    int tags = declared.isSealed() ? 1 : 0;
    if (fields.size() != components.length + tags) {
      throw new IllegalArgumentException(
          path
              + ": the fields of "
              + type.getSimpleName()
              + " were expected, not "
              + fields.keySet());
    }
    Object[] values = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      String name = components[i].getName();
      if (!fields.containsKey(name)) {
        throw new IllegalArgumentException(path + ": the field " + name + " is missing");
      }
      types[i] = components[i].getType();
      values[i] = readValue(fields.get(name), components[i].getGenericType(), path + "." + name);
    }
    try {
      var constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return constructor.newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(path + ": " + e.getTargetException().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type, e);
    }
  }

  private static Class<?> tagged(Map<?, ?> fields, Class<?> sealed, String path) {
    Object tag = fields.get(TAG);
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      if (permitted.isSealed()) {
        for (Class<?> nested : permitted.getPermittedSubclasses()) {
          if (nested.getSimpleName().equals(tag)) {
            return nested;
          }
        }
      } else if (permitted.getSimpleName().equals(tag)) {
        return permitted;
      }
    }
    throw new IllegalArgumentException(
        path + ": '" + tag + "' is no kind of " + sealed.getSimpleName());
  }

  private static <T> T expect(Object tree, Class<T> type, String path) {
    if (!type.isInstance(tree)) {
      throw new IllegalArgumentException(
          path + ": a " + type.getSimpleName() + " was expected, not " + tree);
    }
    return type.cast(tree);
  }

  private static Type argument(Type type, int index) {
    if (type instanceof ParameterizedType parameterized) {
      return parameterized.getActualTypeArguments()[index];
    }
    throw new IllegalArgumentException(type + " does not say what it holds");
  }

  private static Class<?> rawClass(Type type) {
    return switch (type) {
      case Class<?> c -> c;
      case ParameterizedType p -> (Class<?>) p.getRawType();
      default -> throw new IllegalArgumentException("no text form for " + type);
    };
  }
}
