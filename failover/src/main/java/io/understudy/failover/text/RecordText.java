package io.understudy.failover.text;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
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
 * array of pairs, a duration its ISO form. Types come from the records themselves. An optional or a
 * list that is missing is empty, so that a record may get more of them and still read what was
 * stored before; any other change of a record changes the format, and whoever stores the text
 * numbers its versions.
 */
public final class RecordText {
  private static final String TAG = "@";

  /** What reflection tells of a record's component; looking it up costs more than using it. */
  private record Part(String name, Class<?> raw, Type type, Method accessor) {}

  private record Shape(List<Part> parts, Constructor<?> constructor) {}

  private static final ClassValue<Shape> SHAPES =
      new ClassValue<>() {
        @Override
        protected Shape computeValue(Class<?> type) {
          return shapeOf(type);
        }
      };

  /** By simple name, what a sealed interface permits, and what that permits. */
  private static final ClassValue<Map<String, Class<?>>> KINDS =
      new ClassValue<>() {
        @Override
        protected Map<String, Class<?>> computeValue(Class<?> sealed) {
          return kindsOf(sealed);
        }
      };

  private RecordText() {}

  private static Shape shapeOf(Class<?> type) {
    RecordComponent[] components = type.getRecordComponents();
    if (components == null) {
      throw new IllegalArgumentException(type + " is no record");
    }
    List<Part> parts = new ArrayList<>();
    Class<?>[] types = new Class<?>[components.length];
    try {
      for (int i = 0; i < components.length; i++) {
        RecordComponent each = components[i];
        Method accessor = each.getAccessor();
        // A nested record may be less visible than its accessor.
        accessor.setAccessible(true);
        parts.add(new Part(each.getName(), each.getType(), each.getGenericType(), accessor));
        types[i] = each.getType();
      }
      Constructor<?> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return new Shape(List.copyOf(parts), constructor);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(type + " has no constructor of its components", e);
    }
  }

  private static Map<String, Class<?>> kindsOf(Class<?> sealed) {
    Map<String, Class<?>> kinds = new LinkedHashMap<>();
    for (Class<?> permitted : sealed.getPermittedSubclasses()) {
      if (permitted.isSealed()) {
        for (Class<?> nested : permitted.getPermittedSubclasses()) {
          kinds.putIfAbsent(nested.getSimpleName(), nested);
        }
      } else {
        kinds.putIfAbsent(permitted.getSimpleName(), permitted);
      }
    }
    return kinds;
  }

  /** The record as text. */
  public static String write(Record value) {
    var text = new StringWriter();
    try (JsonGenerator out = JsonTree.writing(text)) {
      writeValue(out, value, value.getClass());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to memory", e);
    }
    return text.toString();
  }

  /**
   * The record that {@code text} describes.
   *
   * @throws IllegalArgumentException with the place and what was expected there
   */
  public static <T extends Record> T read(String text, Class<T> type) {
    Object tree = JsonTree.read(text);
    return type.cast(readValue(tree, type, type.getSimpleName()));
  }

  private static void writeValue(JsonGenerator out, Object value, Type declared)
      throws IOException {
    switch (value) {
      case Optional<?> optional -> {
        if (optional.isPresent()) {
          writeValue(out, optional.get(), argument(declared, 0));
        } else {
          out.writeNull();
        }
      }
      case OptionalLong optional -> {
        if (optional.isPresent()) {
          out.writeNumber(optional.getAsLong());
        } else {
          out.writeNull();
        }
      }
      case Map<?, ?> map -> writePairs(out, map, declared);
      case Set<?> set ->
          writeAll(
              out,
              set.stream().sorted((a, b) -> a.toString().compareTo(b.toString())).toList(),
              argument(declared, 0));
      case Collection<?> list -> writeAll(out, list, argument(declared, 0));
      case Record record -> writeRecord(out, record, declared);
      case Enum<?> constant -> out.writeString(constant.name());
      case Duration duration -> out.writeString(duration.toString());
      case String string -> out.writeString(string);
      case Long number -> out.writeNumber(number);
      case Integer number -> out.writeNumber(number);
      case Double number -> out.writeString(number.toString());
      case Boolean bool -> out.writeBoolean(bool);
      default -> throw new IllegalArgumentException("no text form for " + value.getClass());
    }
  }

  private static void writePairs(JsonGenerator out, Map<?, ?> map, Type declared)
      throws IOException {
    List<Map.Entry<?, ?>> pairs = new ArrayList<>(map.entrySet());
    pairs.sort((a, b) -> a.getKey().toString().compareTo(b.getKey().toString()));
    out.writeStartArray();
    for (Map.Entry<?, ?> pair : pairs) {
      out.writeStartArray();
      writeValue(out, pair.getKey(), argument(declared, 0));
      writeValue(out, pair.getValue(), argument(declared, 1));
      out.writeEndArray();
    }
    out.writeEndArray();
  }

  private static void writeAll(JsonGenerator out, Collection<?> elements, Type declared)
      throws IOException {
    out.writeStartArray();
    for (Object element : elements) {
      writeValue(out, element, declared);
    }
    out.writeEndArray();
  }

  private static void writeRecord(JsonGenerator out, Record record, Type declared)
      throws IOException {
    out.writeStartObject();
    if (declared != record.getClass()) {
      out.writeStringField(TAG, record.getClass().getSimpleName());
    }
    for (Part part : SHAPES.get(record.getClass()).parts()) {
      out.writeFieldName(part.name());
      writeValue(out, get(record, part), part.type());
    }
    out.writeEndObject();
  }

  private static Object get(Record record, Part part) {
    try {
      return part.accessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + part.name() + " of " + record.getClass(), e);
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
    if (!type.isRecord()) {
      throw new IllegalArgumentException(path + ": " + type + " is no record");
    }
    Shape shape = SHAPES.get(type);
    List<Part> parts = shape.parts();
    int tags = declared.isSealed() ? 1 : 0;
    if (fields.size() > parts.size() + tags) {
      throw new IllegalArgumentException(
          path
              + ": the fields of "
              + type.getSimpleName()
              + " were expected, not "
              + fields.keySet());
    }
    Object[] values = new Object[parts.size()];
    for (int i = 0; i < values.length; i++) {
      Part part = parts.get(i);
      boolean there = fields.containsKey(part.name());
      if (!there && !mayBeMissing(part.raw())) {
        throw new IllegalArgumentException(path + ": the field " + part.name() + " is missing");
      }
      values[i] =
          there || !isCollection(part.raw())
              ? readValue(fields.get(part.name()), part.type(), path + "." + part.name())
              : List.of();
    }
    try {
      return shape.constructor().newInstance(values);
    } catch (InvocationTargetException e) {
      throw new IllegalArgumentException(path + ": " + e.getTargetException().getMessage(), e);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type, e);
    }
  }

  /** A component that an earlier version did not have: nothing is what it had. */
  private static boolean mayBeMissing(Class<?> type) {
    return type == Optional.class || type == OptionalLong.class || isCollection(type);
  }

  private static boolean isCollection(Class<?> type) {
    return type == List.class;
  }

  private static Class<?> tagged(Map<?, ?> fields, Class<?> sealed, String path) {
    Object tag = fields.get(TAG);
    Class<?> kind = tag instanceof String name ? KINDS.get(sealed).get(name) : null;
    if (kind != null) {
      return kind;
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
