package io.understudy.replication.stage;

import io.understudy.replication.rdb.RdbEntry;
import io.understudy.replication.rdb.RdbRecord;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.replication.rdb.RdbVersion;
import io.understudy.replication.rdb.RdbWriter;
import io.understudy.replication.rdb.RdbWriter.Checksum;
import io.understudy.replication.rdb.Take;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One part of a snapshot that is being written, for servers of one version. One thread.
 *
 * <p>Values pass by; only one whose type those servers do not know is held as a whole.
 */
public final class SnapshotPart {
  private final Selection selection;
  private final Contents contents;
  private final Rename rename;
  private final Policies policies;
  private final Optional<RdbTarget> target;
  private final int maxValueBytes;
  private final int streamDatabase;
  private final SnapshotOutput output;

  private int highestDatabase;
  private long ofOtherKeys;
  private long ofOtherDatabases;
  private long ofOtherTypes;

  /** Null before the source's snapshot has begun. */
  private @Nullable RdbWriter writer;

  /**
   * A part of which nothing is written.
   *
   * @param policies what of it concerns functions
   * @param target which servers will load it; empty when they are of the source's version or newer
   * @param maxValueBytes the largest value that is held to be changed, or written in another type
   * @param streamDatabase the database that the stream behind this snapshot takes for selected; -1
   *     for none
   */
  public SnapshotPart(
      Selection selection,
      Contents contents,
      Rename rename,
      Policies policies,
      Optional<RdbTarget> target,
      int maxValueBytes,
      int streamDatabase,
      SnapshotOutput output) {
    this.selection = selection;
    this.contents = contents;
    this.rename = rename;
    this.policies = policies;
    this.target = target;
    this.maxValueBytes = maxValueBytes;
    this.streamDatabase = streamDatabase;
    this.output = output;
  }

  /** How many keys were written. */
  public long entries() {
    RdbWriter present = writer;
    return present == null ? 0 : present.entries();
  }

  /** The highest database that was written so far; 0 before. */
  public int highestDatabase() {
    return highestDatabase;
  }

  /** Says that we are alive, unless we are in the middle of something. */
  public void keepAlive() {
    RdbWriter present = writer;
    if (present != null) {
      present.keepAlive();
    }
  }

  boolean has(RdbEntry entry) {
    if (!selection.hasDatabase(entry.database())) {
      ofOtherDatabases++;
      return false;
    }
    if (!selection.hasKey(entry.keyArray(), entry.keyOffset(), entry.keyLength())) {
      ofOtherKeys++;
      return false;
    }
    if (!contents.has(entry.type().kind())) {
      ofOtherTypes++;
      return false;
    }
    return true;
  }

  /** How many keys were left out, by the reason; those that there were. */
  public Map<LeftOut, Long> leftOut() {
    Map<LeftOut, Long> counts = new EnumMap<>(LeftOut.class);
    counts.put(LeftOut.KEY, ofOtherKeys);
    counts.put(LeftOut.DATABASE, ofOtherDatabases);
    counts.put(LeftOut.CONTENT, ofOtherTypes);
    counts.values().removeIf(count -> count == 0);
    return counts;
  }

  private boolean isChanged(RdbEntry entry) {
    return Contents.isGiven(entry.type().kind())
        && contents.concerns(entry.keyArray(), entry.keyOffset(), entry.keyLength());
  }

  boolean isEverything() {
    return selection.isEverything() && contents.isAll();
  }

  private RdbWriter begun() {
    RdbWriter present = writer;
    if (present == null) {
      throw new IllegalStateException("the snapshot has not begun");
    }
    return present;
  }

  /** Begins the file. */
  void begin(RdbVersion version) {
    var begun =
        new RdbWriter(
            target.orElseGet(() -> RdbTarget.sameAs(version)),
            maxValueBytes,
            Checksum.COMPUTED,
            output::write);
    writer = begun;
    begun.begin();
    if (streamDatabase >= 0) {
      begun.auxiliary(ascii("repl-stream-db"), ascii(Integer.toString(streamDatabase)));
    }
  }

  void auxiliary(byte[] name, byte[] value) {
    begun().auxiliary(name, value);
  }

  void sizes(int ofDatabase, long keys, long expiring) {
    highestDatabase = Math.max(highestDatabase, ofDatabase);
    begun().sizes(ofDatabase, keys, expiring);
  }

  /** Which bytes of an entry that it {@link #has} are needed. */
  Take wants(RdbEntry entry) {
    return begun().wants(entry, !rename.isNone() || isChanged(entry));
  }

  /** Begins an entry of which these bytes will come. */
  void beginEntry(RdbEntry entry, Take given) {
    highestDatabase = Math.max(highestDatabase, entry.database());
    RdbWriter.Change change = null;
    if (isChanged(entry)) {
      byte[] key = entry.key();
      change = value -> contents.apply(key, value);
    }
    byte[] name = rename.isNone() ? null : rename.apply(entry.key());
    begun().beginEntry(entry, name, given, change);
  }

  /** Begins something that is no entry; returns whether its bytes are needed. */
  boolean beginRecord(RdbRecord record) {
    boolean kept = policies.passFunctions() || !(record instanceof RdbRecord.Function);
    if (!kept || begun().wants(record) == Take.NOTHING) {
      return false;
    }
    begun().beginRecord();
    return true;
  }

  void bytes(byte[] bytes, int from, int length) {
    begun().bytes(bytes, from, length);
  }

  void endPart() {
    begun().endPart();
  }

  /** Gives the output everything that was written so far. */
  public void push() {
    RdbWriter present = writer;
    if (present != null) {
      present.push();
    }
  }

  void end() {
    begun().end();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
