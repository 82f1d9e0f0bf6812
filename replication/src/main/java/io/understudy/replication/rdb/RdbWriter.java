package io.understudy.replication.rdb;

import io.understudy.replication.rdb.RdbTarget.Fit;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Writes one RDB file for one target, out of parts of another that a reader passes by.
 *
 * <p>Bytes of values go on as they come. Only a value whose type the target does not know is
 * gathered, decoded, and written in one that it knows. Not thread-safe.
 *
 * <pre>{@code
 * begin()
 *   auxiliary(..), sizes(..), keepAlive()                   between two parts
 *   take = wants(entry, renamed)  beginEntry(entry, name, take)  bytes(..)*  endPart()
 *   take = wants(record)          beginRecord(record)            bytes(..)*  endPart()
 * end()
 * }</pre>
 */
public final class RdbWriter {
  /** Takes the file's bytes; they are valid during the call only. */
  @FunctionalInterface
  public interface Output {
    /** The next bytes of the file. */
    void write(byte[] bytes, int offset, int length);
  }

  /** What stands at the end of the file. */
  public enum Checksum {
    COMPUTED,
    /** Zero, which every server takes for "not computed". */
    LEFT_OUT
  }

  private static final int NO_DATABASE = -1;

  /** An auxiliary field that no server knows is skipped by every server: a legal sign of life. */
  private static final byte[] SIGN_OF_LIFE = "understudy".getBytes(StandardCharsets.US_ASCII);

  /** Long runs are summed much faster than short ones. */
  private static final int BLOCK_BYTES = 32 * 1024;

  private final RdbTarget target;
  private final int maxRecodedBytes;
  private final Checksum checksum;
  private final Output output;
  private final byte[] block = new byte[BLOCK_BYTES];
  private int filled;
  private final RdbBytes scratch = new RdbBytes();
  private final RdbBytes gathered = new RdbBytes();
  private final ValueDecoder decoder;
  private final ValueEncoder encoder;

  private long crc = Crc64.EMPTY;
  private int database = NO_DATABASE;
  private long entries;

  /** Whether the file has begun, is not at its end, and no part of it is open. */
  private boolean between;

  /** The entry whose value is gathered, as far as it is needed to write it; or null. */
  private @Nullable Recoding recoding;

  @SuppressWarnings("ArrayRecordComponent")
  private record Recoding(EntryType type, byte[] name, String shownKey, @Nullable Change change) {}

  /** What becomes of a value before it is written. */
  @FunctionalInterface
  public interface Change {
    /** Returns what to write, or nothing, then the entry is left out. */
    Optional<Value> apply(Value value);
  }

  /**
   * A writer at the start of a file.
   *
   * @param maxRecodedBytes the largest value that may be gathered to be written in another type,
   *     and the longest string in it
   */
  public RdbWriter(RdbTarget target, int maxRecodedBytes, Checksum checksum, Output output) {
    this.target = target;
    this.maxRecodedBytes = maxRecodedBytes;
    this.checksum = checksum;
    this.output = output;
    decoder = new ValueDecoder(maxRecodedBytes);
    encoder = new ValueEncoder(target, scratch);
  }

  /** How many keys were written. */
  public long entries() {
    return entries;
  }

  /** Writes the header. */
  public void begin() {
    byte[] header = target.header().header().getBytes(StandardCharsets.US_ASCII);
    scratch.raw(header, 0, header.length);
    flush();
    between = true;
  }

  /** Writes a field about the file. */
  public void auxiliary(byte[] name, byte[] value) {
    scratch.one(Head.OPCODE_AUXILIARY);
    scratch.string(name);
    scratch.string(value);
    flush();
  }

  /**
   * Writes something that every server skips, unless it is in the middle of a part, or there is no
   * file.
   */
  public void keepAlive() {
    if (between) {
      auxiliary(SIGN_OF_LIFE, new byte[0]);
    }
  }

  /** Writes how many keys a database will have: room for them is made at once. */
  public void sizes(int ofDatabase, long keys, long expiring) {
    select(ofDatabase);
    scratch.one(Head.OPCODE_SIZES);
    scratch.length(keys);
    scratch.length(expiring);
    flush();
  }

  /**
   * Which bytes of an entry this file needs.
   *
   * @param renamed whether it gets another name
   * @throws RdbException when the target cannot hold it, with its key
   */
  public Take wants(RdbEntry entry, boolean renamed) {
    return switch (target.fit(entry)) {
      case AS_IT_IS ->
          renamed || (entry.hasModuleMetadata() && !target.knowsEveryModule())
              ? Take.VALUE
              : Take.WHOLE;
      case RECODED -> Take.VALUE;
      case REFUSED ->
          throw RdbException.at(
              entry.offset(),
              target + " cannot hold " + describe(entry) + " of key " + entry.shownKey());
    };
  }

  private static String describe(RdbEntry entry) {
    return entry.type() == EntryType.MODULE_2
        ? "the module type " + entry.moduleName()
        : "the type " + entry.type();
  }

  /**
   * Begins an entry.
   *
   * @param name its new name, or null for its own
   * @param given which of its bytes will come; {@link Take#VALUE} always serves
   * @param change what becomes of its value, or null; then {@link Take#VALUE} must come
   */
  public void beginEntry(
      RdbEntry entry, byte @Nullable [] name, Take given, @Nullable Change change) {
    select(entry.database());
    between = false;
    entries++;
    if (given == Take.WHOLE) {
      flush();
      return;
    }
    attributes(entry);
    if (change != null || target.fit(entry) == Fit.RECODED) {
      gathered.clear();
      recoding =
          new Recoding(entry.type(), name == null ? entry.key() : name, entry.shownKey(), change);
      return;
    }
    scratch.one(entry.type().code());
    if (name == null) {
      scratch.length(entry.keyLength());
      scratch.raw(entry.keyArray(), entry.keyOffset(), entry.keyLength());
    } else {
      scratch.string(name);
    }
    flush();
  }

  /** What modules attached to a key is left out: only they could read it. */
  private void attributes(RdbEntry entry) {
    if (entry.hasExpiry()) {
      scratch.one(Head.OPCODE_EXPIRE_MILLIS);
      scratch.littleLong(entry.expireAtMillis());
    }
    if (entry.idleSeconds() != RdbEntry.NONE) {
      scratch.one(Head.OPCODE_IDLE);
      scratch.length(entry.idleSeconds());
    }
    if (entry.frequency() != RdbEntry.NONE) {
      scratch.one(Head.OPCODE_FREQUENCY);
      scratch.one(entry.frequency());
    }
  }

  /**
   * Which bytes of a record this file needs: those of functions, templates and modules' data that
   * the target knows. What is said of the source itself is left out.
   */
  public Take wants(RdbRecord record) {
    boolean wanted =
        switch (record) {
          case RdbRecord.Function _ -> target.knowsFunctions();
          case RdbRecord.Template template -> {
            decoder.define(template);
            yield target.knows(EntryType.HASH_TEMPLATE_ARRAY);
          }
          case RdbRecord.ModuleData data -> target.knowsModule(data.moduleName());
          case RdbRecord.Auxiliary _, RdbRecord.Database _, RdbRecord.Sizes _ -> false;
          case RdbRecord.SlotSizes _, RdbRecord.SlotImport _ -> false;
        };
    return wanted ? Take.WHOLE : Take.NOTHING;
  }

  /** Begins a record that was wanted. */
  public void beginRecord() {
    between = false;
  }

  /** Bytes of the part that was begun. */
  public void bytes(byte[] bytes, int offset, int length) {
    Recoding present = recoding;
    if (present == null) {
      write(bytes, offset, length);
      return;
    }
    if (length > maxRecodedBytes - gathered.size()) {
      throw RdbException.of(
          "the value of key "
              + present.shownKey()
              + " is larger than "
              + maxRecodedBytes
              + " bytes, and "
              + target
              + " needs it in another type than "
              + present.type());
    }
    gathered.raw(bytes, offset, length);
  }

  /** The part is complete. */
  public void endPart() {
    between = true;
    Recoding present = recoding;
    if (present == null) {
      return;
    }
    recoding = null;
    try {
      Value value = decoder.decode(present.type(), gathered.array(), 0, gathered.size());
      Change change = present.change();
      if (change != null) {
        Optional<Value> changed = change.apply(value);
        if (changed.isEmpty()) {
          scratch.clear(); // of the entry nothing was written, nor that its database begins
          database = NO_DATABASE;
          entries--;
          return;
        }
        value = changed.get();
      }
      scratch.one(encoder.typeFor(value).code());
      scratch.string(present.name());
      encoder.encode(value);
    } catch (RdbException e) {
      throw RdbException.of("the value of key " + present.shownKey() + ": " + e.getMessage());
    }
    flush();
  }

  /** Writes the end and the checksum. */
  public void end() {
    between = false;
    scratch.one(Head.OPCODE_END);
    flush();
    push(); // only then is it summed
    scratch.littleLong(checksum == Checksum.COMPUTED ? crc : 0);
    flush();
    push();
  }

  private void select(int wanted) {
    if (database != wanted) {
      database = wanted;
      scratch.one(Head.OPCODE_DATABASE);
      scratch.length(wanted);
    }
  }

  private void flush() {
    if (scratch.size() > 0) {
      write(scratch.array(), 0, scratch.size());
      scratch.clear();
    }
  }

  private void write(byte[] bytes, int offset, int length) {
    if (length > block.length - filled) {
      push();
      if (length > block.length) {
        put(bytes, offset, length);
        return;
      }
    }
    System.arraycopy(bytes, offset, block, filled, length);
    filled += length;
  }

  /** Gives the output everything that was written so far. */
  public void push() {
    if (filled > 0) {
      put(block, 0, filled);
      filled = 0;
    }
  }

  private void put(byte[] bytes, int offset, int length) {
    if (checksum == Checksum.COMPUTED) {
      crc = Crc64.update(crc, bytes, offset, length);
    }
    output.write(bytes, offset, length);
  }
}
