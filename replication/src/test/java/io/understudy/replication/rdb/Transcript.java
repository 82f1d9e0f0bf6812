package io.understudy.replication.rdb;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/** Writes down everything that a reader says, and the bytes that pass. */
class Transcript implements RdbHandler {
  final List<String> lines = new ArrayList<>();
  final Set<EntryType> types = EnumSet.noneOf(EntryType.class);
  private final Take take;
  private final ByteArrayOutputStream part = new ByteArrayOutputStream();
  private boolean open;
  private boolean started;
  boolean ended;

  Transcript(Take take) {
    this.take = take;
  }

  /** What a reader says of a file that comes in pieces of the given size. */
  static Transcript of(byte[] file, int pieceBytes, Take take) {
    var transcript = new Transcript(take);
    feed(new RdbReader(transcript, RdbLimits.DEFAULT), file, pieceBytes);
    return transcript;
  }

  static void feed(RdbReader reader, byte[] file, int pieceBytes) {
    byte[] piece = new byte[pieceBytes];
    for (int at = 0; at < file.length; ) {
      int length = Math.min(pieceBytes, file.length - at);
      System.arraycopy(file, at, piece, 0, length);
      int taken = reader.feed(piece, 0, length);
      at += taken;
      if (taken < length) {
        break;
      }
    }
    reader.end();
  }

  @Override
  public void onStart(RdbVersion version) {
    if (started) {
      throw new AssertionError("started twice");
    }
    started = true;
    lines.add("start " + version);
  }

  @Override
  public Take onRecord(RdbRecord record) {
    between();
    lines.add(
        switch (record) {
          case RdbRecord.Auxiliary(byte[] name, byte[] value) ->
              "aux " + shown(name) + "=" + shown(value);
          case RdbRecord.Function(byte[] code) -> "function " + shown(code);
          case RdbRecord.SlotImport(byte[] job, List<Long> ranges) ->
              "import " + shown(job) + ranges;
          case RdbRecord.Template(long number, List<byte[]> fields) ->
              "template " + number + fields.stream().map(Transcript::shown).toList();
          case RdbRecord.Database _,
              RdbRecord.Sizes _,
              RdbRecord.SlotSizes _,
              RdbRecord.ModuleData _ ->
              record.toString();
        });
    return open(take);
  }

  @Override
  public Take onEntry(RdbEntry entry) {
    between();
    types.add(entry.type());
    lines.add(
        entry
            + " expiry "
            + entry.expiry()
            + " idle "
            + entry.idleSeconds()
            + " uses "
            + entry.frequency());
    return open(take);
  }

  private Take open(Take answer) {
    open = answer != Take.NOTHING;
    part.reset();
    return answer;
  }

  @Override
  public void onBytes(byte[] bytes, int offset, int length) {
    if (!open || length <= 0) {
      throw new AssertionError(length + " bytes that nobody wants");
    }
    part.write(bytes, offset, length);
  }

  @Override
  public void onPartEnd() {
    if (!open) {
      throw new AssertionError("an end of nothing");
    }
    open = false;
    byte[] bytes = part.toByteArray();
    lines.add(HexFormat.of().formatHex(bytes));
  }

  @Override
  public void onEnd() {
    between();
    ended = true;
  }

  private void between() {
    if (open || ended || !started) {
      throw new AssertionError("not between two parts");
    }
  }

  private static String shown(byte[] bytes) {
    return Text.quoted(bytes, 0, bytes.length);
  }
}
