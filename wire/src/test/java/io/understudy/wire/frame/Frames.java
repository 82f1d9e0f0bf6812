package io.understudy.wire.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Generates frames. */
public final class Frames {
  private final Random random;

  /** A generator; the same random gives the same frames. */
  public Frames(Random random) {
    this.random = random;
  }

  /** Any frame that RESP3 can carry as an answer, at most {@code depth} deep. */
  public Frame any(int depth) {
    return switch (random.nextInt(depth > 0 ? 14 : 9)) {
      case 0 -> new Frame.Simple("OK" + random.nextInt(100));
      case 1 -> new Frame.Failure("ERR " + (random.nextBoolean() ? "no" : "a\r\nb"));
      case 2 -> new Frame.Whole(random.nextLong() >> random.nextInt(64));
      case 3 -> new Frame.Null(Frame.Null.Kind.BULK);
      case 4 ->
          new Frame.Real(random.nextBoolean() ? random.nextGaussian() : Double.POSITIVE_INFINITY);
      case 5 -> new Frame.Bool(random.nextBoolean());
      case 6 -> new Frame.Big(new BigInteger(200, random).negate());
      case 7 -> new Frame.Verbatim("txt", octets());
      case 8 -> new Frame.Bulk(octets());
      case 9, 10 -> new Frame.Array(items(depth));
      case 11 -> new Frame.Members(items(depth));
      case 12 -> new Frame.Table(pairs(depth));
      default -> new Frame.Attributed(pairs(depth), plain(depth - 1));
    };
  }

  /** A push frame. */
  public Frame.Push push() {
    return new Frame.Push(items(2));
  }

  /** A frame's bytes. */
  public static byte[] bytes(Frame frame) {
    ByteBuf out = Unpooled.buffer();
    FrameEncoder.write(frame, Protocol.RESP3, out);
    return ByteBufUtil.getBytes(out);
  }

  /** Attributes do not stand before attributes: which value would the second ones belong to? */
  private Frame plain(int depth) {
    Frame frame = any(depth);
    return frame instanceof Frame.Attributed attributed ? attributed.value() : frame;
  }

  private List<Frame> items(int depth) {
    List<Frame> items = new ArrayList<>();
    for (int left = random.nextInt(4); left > 0; left--) {
      items.add(any(depth - 1));
    }
    return items;
  }

  private List<Frame.Pair> pairs(int depth) {
    List<Frame.Pair> pairs = new ArrayList<>();
    for (int left = random.nextInt(3); left > 0; left--) {
      pairs.add(new Frame.Pair(any(0), any(depth - 1)));
    }
    return pairs;
  }

  private String octets() {
    StringBuilder octets = new StringBuilder();
    for (int left = random.nextInt(12); left > 0; left--) {
      octets.append((char) random.nextInt(256));
    }
    return octets.toString();
  }
}
