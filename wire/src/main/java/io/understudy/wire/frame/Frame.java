package io.understudy.wire.frame;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * One RESP value, of either protocol version.
 *
 * <p>Bytes are kept as a string of one character from 0 to 255 for each byte ("octets"): immutable,
 * comparable, as small as an array, and readable where they are text.
 */
public sealed interface Frame {
  /** {@code +}: a status. Never contains a line end. */
  record Simple(String octets) implements Frame {}

  /** {@code -}, or {@code !} in RESP3: an error, its code word first. */
  record Failure(String octets) implements Frame {}

  /** {@code :}: a signed 64-bit number. */
  record Whole(long value) implements Frame {}

  /** {@code $}: bytes. */
  record Bulk(String octets) implements Frame {
    /** The bytes as UTF-8 text. */
    public String text() {
      return new String(octets.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
  }

  /** {@code *}: a list. */
  record Array(List<Frame> items) implements Frame {
    /** Makes the list unmodifiable. */
    public Array {
      items = List.copyOf(items);
    }
  }

  /** {@code _} of RESP3, {@code $-1} and {@code *-1} of RESP2, by {@code kind}. */
  record Null(Kind kind) implements Frame {
    /** Which null RESP2 means; RESP3 has but one. */
    public enum Kind {
      /** RESP2's null bulk string, and what RESP3's null becomes in RESP2. */
      BULK,
      /** RESP2's null array: the answer of an EXEC that did not run. */
      ARRAY
    }
  }

  /** {@code ,} of RESP3: a floating-point number, which may be infinite or no number. */
  record Real(double value) implements Frame {}

  /** {@code #} of RESP3. */
  record Bool(boolean value) implements Frame {}

  /** {@code (} of RESP3: a number of any size. */
  record Big(BigInteger value) implements Frame {}

  /**
   * {@code =} of RESP3: text and how to show it.
   *
   * @param format three characters: {@code txt}, {@code mkd}
   */
  record Verbatim(String format, String octets) implements Frame {
    /** Refuses a format of other than three characters. */
    public Verbatim {
      if (format.length() != 3) {
        throw new IllegalArgumentException("a format has three characters: " + format);
      }
    }
  }

  /** {@code %} of RESP3: pairs in the order in which they came; keys may repeat. */
  record Table(List<Pair> pairs) implements Frame {
    /** Makes the list unmodifiable. */
    public Table {
      pairs = List.copyOf(pairs);
    }
  }

  /** One pair of a {@link Table} or of attributes. */
  record Pair(Frame key, Frame value) {}

  /** {@code ~} of RESP3: a set, in the order in which it came. */
  record Members(List<Frame> items) implements Frame {
    /** Makes the list unmodifiable. */
    public Members {
      items = List.copyOf(items);
    }
  }

  /** {@code |} of RESP3: a value with attributes in front of it, which a reader may ignore. */
  record Attributed(List<Pair> attributes, Frame value) implements Frame {
    /** Makes the list unmodifiable. */
    public Attributed {
      attributes = List.copyOf(attributes);
    }
  }

  /** {@code >} of RESP3: a message that answers no request. */
  record Push(List<Frame> items) implements Frame {
    /** Makes the list unmodifiable. */
    public Push {
      items = List.copyOf(items);
    }
  }

  /** A bulk of a text's UTF-8 bytes. */
  static Bulk bulk(String text) {
    return bulk(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A bulk of bytes. */
  static Bulk bulk(byte[] bytes) {
    return new Bulk(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  /** A command: an array of bulks. */
  static Array command(String... words) {
    return new Array(Arrays.stream(words).<Frame>map(Frame::bulk).toList());
  }
}
