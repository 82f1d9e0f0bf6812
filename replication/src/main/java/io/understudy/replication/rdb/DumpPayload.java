package io.understudy.replication.rdb;

import io.understudy.replication.rdb.RdbVersion.Family;
import java.util.Arrays;

/**
 * What DUMP answers and RESTORE takes: a type, a value, a version and a checksum.
 *
 * <p>It has no magic: versions from 80 on are Valkey's.
 *
 * @param type what the value is
 * @param value the value's bytes, as in a file
 */
@SuppressWarnings("ArrayRecordComponent") // Owned by whoever holds the payload.
public record DumpPayload(EntryType type, byte[] value) {
  private static final int FOOTER_BYTES = Short.BYTES + Long.BYTES;
  private static final int FIRST_OF_VALKEY = 80;

  /**
   * Reads what DUMP answered.
   *
   * @throws RdbException when it is damaged, or of a type that is not known
   */
  public static DumpPayload parse(byte[] payload) {
    int footer = payload.length - FOOTER_BYTES;
    if (footer < 1) {
      throw RdbException.of("a payload of " + payload.length + " bytes");
    }
    long written = (long) Numbers.LITTLE_LONG.get(payload, footer + Short.BYTES);
    if (written != 0 && written != Crc64.update(Crc64.EMPTY, payload, 0, footer + Short.BYTES)) {
      throw RdbException.of("the payload's checksum is wrong");
    }
    int number = (short) Numbers.LITTLE_SHORT.get(payload, footer) & 0xffff;
    Family family = number >= FIRST_OF_VALKEY ? Family.VALKEY : Family.REDIS;
    int code = payload[0] & 0xff;
    EntryType type = EntryType.of(family, code);
    if (type == null) {
      throw RdbException.of("the payload has type " + code + ", unknown in version " + number);
    }
    return new DumpPayload(type, Arrays.copyOfRange(payload, 1, footer));
  }

  /**
   * Decodes the value.
   *
   * @param maxStringBytes the longest string, decoded
   * @throws RdbException when it is damaged
   */
  public Value decode(long maxStringBytes) {
    return new ValueDecoder(maxStringBytes).decode(type, value, 0, value.length);
  }

  /**
   * The payload that RESTORE of the target takes: with a version that it accepts, and the value in
   * a type that it knows.
   *
   * @throws RdbException when it has no room for such a value, or the value is damaged
   */
  public byte[] bytesFor(RdbTarget target, long maxStringBytes) {
    var out = new RdbBytes();
    if (target.knows(type)) {
      out.one(type.code());
      out.raw(value, 0, value.length);
    } else {
      Value decoded = decode(maxStringBytes);
      var encoder = new ValueEncoder(target, out);
      out.one(encoder.typeFor(decoded).code());
      encoder.encode(decoded);
    }
    return withFooter(target, out);
  }

  /**
   * The payload that makes a value on the target.
   *
   * @throws RdbException when it has no room for such a value
   */
  public static byte[] of(Value value, RdbTarget target) {
    var out = new RdbBytes();
    var encoder = new ValueEncoder(target, out);
    out.one(encoder.typeFor(value).code());
    encoder.encode(value);
    return withFooter(target, out);
  }

  /**
   * What FUNCTION RESTORE of the target takes: the same functions, with a version that it accepts.
   *
   * @param payload what FUNCTION DUMP answered
   * @throws RdbException when there is no footer
   */
  public static byte[] functionsFor(RdbTarget target, byte[] payload) {
    if (payload.length < FOOTER_BYTES) {
      throw RdbException.of("a payload of " + payload.length + " bytes");
    }
    var out = new RdbBytes();
    out.raw(payload, 0, payload.length - FOOTER_BYTES);
    return withFooter(target, out);
  }

  private static byte[] withFooter(RdbTarget target, RdbBytes out) {
    out.littleShort(target.header().number());
    out.littleLong(Crc64.update(Crc64.EMPTY, out.array(), 0, out.size()));
    return out.copy();
  }
}
