package io.understudy.replication.stage;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One part's view of a replication stream: each command of the source is cut to the part that is
 * kept, and what is left of it is added to {@link #out()}.
 *
 * <p>A transaction stays one: nothing of it is added before its end, and nothing at all if nothing
 * is left. The database is selected only before a command that needs it. One thread.
 */
public final class StreamStage {
  /** What the caller has to do after a command. */
  public sealed interface Outcome {
    /** Nothing: go on. */
    record Done() implements Outcome {}

    /**
     * Read the values of these keys from the source, go on to the offset at which they were read,
     * and call {@link #fetched} there. No command may be given before they were read.
     */
    record Fetch(List<KeyName> keys) implements Outcome {
      /** Makes the list unmodifiable. */
      public Fetch {
        keys = List.copyOf(keys);
      }
    }

    /** Take a new snapshot, for the reason given. */
    record Resync(String reason) implements Outcome {}

    /** End this part, for the reason given. */
    record Stop(String reason) implements Outcome {}
  }

  private static final Outcome DONE = new Outcome.Done();
  private static final int NONE_SELECTED = -1;

  private final Edge edge;
  private final Rename rename;
  private final int maxTransactionBytes;
  private final CommandBytes out = new CommandBytes();
  private final CommandBytes transaction = new CommandBytes();
  private final Set<KeyName> fenced = new HashSet<>();
  private final List<KeyName> toFetch = new ArrayList<>();
  private final Tally tally;
  private Optional<Outcome> failure = Optional.empty();
  private boolean inTransaction;
  private int selected = NONE_SELECTED;
  private int selectedBefore = NONE_SELECTED;

  /**
   * A stage at the beginning of a stream.
   *
   * @param maxTransactionBytes a transaction of which more is kept ends the part
   * @param tally counts on
   */
  public StreamStage(Selection selection, Rename rename, int maxTransactionBytes, Tally tally) {
    this.tally = tally;
    this.edge = new Edge(selection, !rename.isNone(), fenced);
    this.rename = rename;
    this.maxTransactionBytes = maxTransactionBytes;
  }

  /** What is left of the commands so far; the caller takes it and empties it. */
  public CommandBytes out() {
    return out;
  }

  /** The database that the last command in {@link #out()} was meant for; -1 before the first. */
  public int selected() {
    return inTransaction ? selectedBefore : selected;
  }

  /**
   * Says which database the receivers of {@link #out()} have selected.
   *
   * @param database -1 if they have not selected any
   */
  public void select(int database) {
    selected = database;
  }

  /** Takes {@code MULTI}. */
  public void begin() {
    inTransaction = true;
    selectedBefore = selected;
    transaction.clear();
  }

  /** Takes {@code EXEC}. */
  public Outcome commit() {
    inTransaction = false;
    if (transaction.size() > 0) {
      out.add("MULTI");
      out.addAll(transaction);
      out.add("EXEC");
      transaction.clear();
    }
    return outcome();
  }

  /** Forgets a transaction whose end will not come: the source was lost inside of it. */
  public void abort() {
    if (inTransaction) {
      inTransaction = false;
      selected = selectedBefore;
      transaction.clear();
      fenced.removeAll(toFetch);
      toFetch.clear();
    }
  }

  /**
   * Takes a command that is neither SELECT, MULTI, EXEC, PING nor REPLCONF.
   *
   * @param database which the source had selected
   */
  public Outcome accept(StreamCommand command, int database) {
    try {
      apply(edge.rule(command, database), command, database);
    } catch (UncuttableException | Rename.CollisionException e) {
      fail(new Outcome.Stop(String.valueOf(e.getMessage())));
    }
    if (inTransaction && transaction.size() > maxTransactionBytes) {
      fail(
          new Outcome.Stop(
              "a transaction holds more than the " + maxTransactionBytes + " bytes allowed"));
    }
    return inTransaction ? DONE : outcome();
  }

  private void apply(Ruling ruling, StreamCommand command, int database) {
    switch (ruling) {
      case Ruling.Pass() -> {
        tally.passed++;
        pass(command, database);
        if (CommandForm.of(command.command()) == CommandForm.SWAP_DATABASES) {
          fenceSwapped(command);
        }
      }
      case Ruling.Drop() -> tally.dropped++;
      case Ruling.Replace(List<List<byte[]>> commands) -> {
        tally.cut++;
        commands.forEach(words -> add(renamed(words), database));
      }
      case Ruling.Fetch(KeyName key) -> {
        tally.fetched++;
        fenced.add(key);
        toFetch.add(key);
      }
      case Ruling.Resync(String reason) -> fail(new Outcome.Resync(reason));
      case Ruling.Stop(String reason) -> fail(new Outcome.Stop(reason));
    }
  }

  private void pass(StreamCommand command, int database) {
    if (rename.isNone() || command.keys().count() == 0) {
      select(database, target());
      target().add(command.bytes(), command.from(), command.to());
      return;
    }
    List<byte[]> words = new ArrayList<>(List.of(command.words(0, command.count())));
    for (int i = 0; i < command.keys().count(); i++) {
      int word = command.keys().argument(i);
      words.set(word, rename.apply(command.word(word)));
    }
    add(words, database);
  }

  /**
   * A key whose value is not known went to the other database, and so did what is there instead:
   * both must be read.
   */
  private void fenceSwapped(StreamCommand swap) {
    int first = swap.database(1);
    int second = swap.database(2);
    for (KeyName key : List.copyOf(fenced)) {
      if (key.database() == first || key.database() == second) {
        KeyName twin = new KeyName(first + second - key.database(), key.bytes());
        if (fenced.add(twin)) {
          tally.fetched++;
          toFetch.add(twin);
        }
      }
    }
  }

  /** Commands that replace others have their keys where the table says, too. */
  private List<byte[]> renamed(List<byte[]> words) {
    return rename.isNone() ? words : ReplacedKeys.rename(words, rename);
  }

  private void add(List<byte[]> words, int database) {
    select(database, target());
    target().add(words);
  }

  private CommandBytes target() {
    return inTransaction ? transaction : out;
  }

  private void select(int database, CommandBytes target) {
    if (selected != database) {
      target.add("SELECT", Integer.toString(database));
      selected = database;
    }
  }

  private void fail(Outcome outcome) {
    if (failure.isEmpty()) {
      failure = Optional.of(outcome);
    }
  }

  private Outcome outcome() {
    if (failure.isPresent()) {
      return failure.get();
    }
    if (toFetch.isEmpty()) {
      return DONE;
    }
    Outcome fetch = new Outcome.Fetch(toFetch);
    toFetch.clear();
    return fetch;
  }

  /**
   * Sets a key to the value that was read for it: the source is at the offset at which it was read,
   * outside of a transaction.
   *
   * @param commands what makes the value, each as words with the key's name at the source as the
   *     second; the first deletes the key. They are added as one transaction
   */
  public void fetched(KeyName key, List<List<byte[]>> commands) {
    if (!fenced.remove(key)) {
      return; // it was read twice, and the first reading said it all
    }
    select(key.database(), out);
    if (commands.size() > 1) {
      out.add("MULTI");
    }
    byte[] name = rename.apply(key.bytes());
    for (List<byte[]> command : commands) {
      List<byte[]> words = new ArrayList<>(command);
      words.set(1, name);
      out.add(words);
    }
    if (commands.size() > 1) {
      out.add("EXEC");
    }
  }
}
