package io.understudy.replication.stage;

import io.understudy.replication.rdb.Crc64;
import io.understudy.replication.rdb.EntryType;
import io.understudy.replication.rdb.RdbEntry;
import io.understudy.replication.rdb.RdbVersion;
import java.nio.charset.StandardCharsets;

/**
 * One part of a snapshot that is being written, with a header, databases, end and checksum of its
 * own. One thread.
 */
public final class SnapshotPart {
  private static final int OPCODE_IDLE = 248;
  private static final int OPCODE_FREQUENCY = 249;
  private static final int OPCODE_AUXILIARY = 250;
  private static final int OPCODE_RESIZE = 251;
  private static final int OPCODE_EXPIRY_MILLIS = 252;
  private static final int OPCODE_DATABASE = 254;
  private static final int OPCODE_END = 255;
  private static final int LENGTH_14_BITS = 0x40;
  private static final int LENGTH_32_BITS = 0x80;
  private static final int LENGTH_64_BITS = 0x81;
  private static final int NO_DATABASE = -1;

  /** An auxiliary field that no server knows is skipped by every server: a legal sign of life. */
  private static final byte[] KEEP_ALIVE = ascii("understudy-keepalive");

  private final Selection selection;
  private final Rename rename;
  private final int streamDatabase;
  private final SnapshotOutput output;
  private final byte[] scratch = new byte[16];
  private long crc;
  private int database = NO_DATABASE;
  private boolean inEntry;
  private long entries;

  /**
   * A part of which nothing is written.
   *
   * @param streamDatabase the database that the stream behind this snapshot takes for selected; -1
   *     for none
   */
  public SnapshotPart(
      Selection selection, Rename rename, int streamDatabase, SnapshotOutput output) {
    this.selection = selection;
    this.rename = rename;
    this.streamDatabase = streamDatabase;
    this.output = output;
  }

  /** How many keys were written. */
  public long entries() {
    return entries;
  }

  /** Says that we are alive, unless we are in the middle of something. */
  public void keepAlive() {
    if (!inEntry) {
      auxiliary(KEEP_ALIVE, new byte[] {'1'});
    }
  }

  boolean has(RdbEntry entry) {
    return selection.has(entry.database(), entry.keyArray(), entry.keyOffset(), entry.keyLength());
  }

  boolean isEverything() {
    return selection.isEverything();
  }

  boolean renames() {
    return !rename.isNone();
  }

  /**
   * Begins the file. Every server takes the lowest header for whatever types it knows; only the
   * types of Valkey 9 need its own.
   */
  void begin(RdbVersion version) {
    RdbVersion header =
        switch (version.family()) {
          case REDIS -> RdbVersion.LOWEST;
          case VALKEY -> version;
        };
    byte[] bytes = ascii(header.header());
    write(bytes, 0, bytes.length);
    if (streamDatabase >= 0) {
      auxiliary(ascii("repl-stream-db"), ascii(Integer.toString(streamDatabase)));
    }
  }

  void auxiliary(byte[] name, byte[] value) {
    opcode(OPCODE_AUXILIARY);
    string(name);
    string(value);
  }

  void sizes(int ofDatabase, long keys, long expiring) {
    select(ofDatabase);
    opcode(OPCODE_RESIZE);
    length(keys);
    length(expiring);
  }

  /** Begins an entry whose bytes come whole. */
  void beginWhole(RdbEntry entry) {
    select(entry.database());
    inEntry = true;
    entries++;
  }

  /** Begins an entry of which only the value's bytes come: what stands before is written here. */
  void beginValue(RdbEntry entry) {
    byte[] name = rename.apply(entry.key());
    beginWhole(entry);
    if (entry.hasExpiry()) {
      opcode(OPCODE_EXPIRY_MILLIS);
      littleEndian(entry.expireAtMillis(), Long.BYTES);
    }
    if (entry.idleSeconds() != RdbEntry.NONE) {
      opcode(OPCODE_IDLE);
      length(entry.idleSeconds());
    }
    if (entry.frequency() != RdbEntry.NONE) {
      opcode(OPCODE_FREQUENCY);
      opcode(entry.frequency());
    }
    EntryType type = entry.type();
    opcode(type.code());
    string(name);
  }

  /** Begins something that is no entry and whose bytes come whole. */
  void beginRecord() {
    inEntry = true;
  }

  void bytes(byte[] bytes, int from, int length) {
    write(bytes, from, length);
  }

  void endPart() {
    inEntry = false;
  }

  void end() {
    opcode(OPCODE_END);
    littleEndian(crc, Long.BYTES);
  }

  private void select(int wanted) {
    if (database != wanted) {
      database = wanted;
      opcode(OPCODE_DATABASE);
      length(wanted);
    }
  }

  private void opcode(int code) {
    scratch[0] = (byte) code;
    write(scratch, 0, 1);
  }

  private void string(byte[] bytes) {
    length(bytes.length);
    write(bytes, 0, bytes.length);
  }

  private void length(long value) {
    if (value < LENGTH_14_BITS) {
      opcode((int) value);
    } else if (value < 1 << 14) {
      opcode((int) (LENGTH_14_BITS | value >>> 8));
      opcode((int) (value & 0xFF));
    } else if (value <= 0xFFFF_FFFFL) {
      opcode(LENGTH_32_BITS);
      bigEndian(value, Integer.BYTES);
    } else {
      opcode(LENGTH_64_BITS);
      bigEndian(value, Long.BYTES);
    }
  }

  private void bigEndian(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      scratch[i] = (byte) (value >>> (8 * (bytes - 1 - i)));
    }
    write(scratch, 0, bytes);
  }

  private void littleEndian(long value, int bytes) {
    for (int i = 0; i < bytes; i++) {
      scratch[i] = (byte) (value >>> (8 * i));
    }
    write(scratch, 0, bytes);
  }

  private void write(byte[] bytes, int from, int length) {
    crc = Crc64.update(crc, bytes, from, length);
    output.write(bytes, from, length);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
