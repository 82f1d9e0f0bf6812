package io.understudy.replication.stage;

import io.understudy.replication.rdb.DumpPayload;
import io.understudy.replication.rdb.RdbException;
import io.understudy.replication.rdb.RdbTarget;
import io.understudy.wire.command.Command;
import io.understudy.wire.command.CommandTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

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

  private final Selection selection;
  private final Edge edge;

  /** The edge as it is without the keys whose values are not known. */
  private final Edge bareEdge;

  private final ContentEdge contentEdge;
  private final Rename rename;
  private final Dialect dialect;
  private final int maxTransactionBytes;
  private final CommandBytes out = new CommandBytes();
  private final CommandBytes transaction = new CommandBytes();
  private final Set<KeyName> fenced = new HashSet<>();
  private final List<KeyName> toFetch = new ArrayList<>();
  private final Tally tally;
  private final Policies policies;
  private final Consumer<String> onLost;
  private Optional<Outcome> failure = Optional.empty();
  private boolean inTransaction;
  private int selected = NONE_SELECTED;
  private int highestDatabase;
  private int selectedBefore = NONE_SELECTED;

  /**
   * A stage at the beginning of a stream.
   *
   * @param contents which of the selected keys are kept by what they hold, and how
   * @param policies what becomes of what has no one right answer
   * @param target whose words are used; empty for the source's own
   * @param maxTransactionBytes a transaction of which more is kept ends the part
   * @param tally counts on
   * @param onLost is told of each command that is left out although it concerns this part
   */
  public StreamStage(
      Selection selection,
      Contents contents,
      Rename rename,
      Policies policies,
      Optional<RdbTarget> target,
      int maxTransactionBytes,
      Tally tally,
      Consumer<String> onLost) {
    this.selection = selection;
    this.policies = policies;
    this.tally = tally;
    this.onLost = onLost;
    this.dialect = Dialect.of(target);
    this.edge = new Edge(selection, policies, !rename.isNone(), fenced);
    this.bareEdge = new Edge(selection, policies, !rename.isNone(), Set.of());
    this.contentEdge = new ContentEdge(contents);
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

  /** The highest database that the receivers were, or are about to be, told of. */
  public int highestDatabase() {
    return highestDatabase;
  }

  /**
   * Says which database the receivers of {@link #out()} have selected.
   *
   * @param database -1 if they have not selected any
   */
  public void select(int database) {
    selected = database;
  }

  /** Keys whose values have to be read before it is known what they hold. */
  public List<KeyName> fenced() {
    return List.copyOf(fenced);
  }

  /** Says that values have to be read, as an earlier process knew; the caller has them read. */
  public void fence(List<KeyName> keys) {
    fenced.addAll(keys);
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
      Ruling byKeys = decided(edge.rule(command, database), command, database);
      Ruling ruling = contentEdge.rule(command, database, byKeys);
      if (ruling instanceof Ruling.Drop) {
        tally.leftOut(reason(byKeys, command, database));
      }
      apply(ruling, command, database);
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

  /** What the policy makes of a command that the filter's edge cannot cut. */
  private Ruling decided(Ruling ruling, StreamCommand command, int database) {
    if (!(ruling instanceof Ruling.Fetch || ruling instanceof Ruling.Stop)
        || (!fenced.isEmpty() && !isUncut(bareEdge.rule(command, database)))) {
      return ruling; // it can, or only a value that is on its way is between
    }
    return switch (policies.uncuttable()) {
      case FETCH -> ruling;
      case FAIL ->
          ruling instanceof Ruling.Fetch
              ? new Ruling.Stop(
                  command + " has keys on both sides of the filter, and cannot be cut")
              : ruling;
      case WARN -> {
        tally.lost++;
        onLost.accept(
            ruling instanceof Ruling.Stop(String reason)
                ? command + " is left out: " + reason
                : command + " is left out, which has keys on both sides of the filter");
        yield new Ruling.Lose();
      }
    };
  }

  private static boolean isUncut(Ruling ruling) {
    return ruling instanceof Ruling.Fetch || ruling instanceof Ruling.Stop;
  }

  private LeftOut reason(Ruling byKeys, StreamCommand command, int database) {
    if (!(byKeys instanceof Ruling.Drop)) {
      return LeftOut.CONTENT;
    }
    return switch (CommandForm.of(command.command())) {
      case MESSAGE -> LeftOut.MESSAGE;
      case FUNCTION -> LeftOut.FUNCTION;
      default -> selection.hasDatabase(database) ? LeftOut.KEY : LeftOut.DATABASE;
    };
  }

  private void apply(Ruling ruling, StreamCommand command, int database) {
    switch (ruling) {
      case Ruling.Pass() -> {
        tally.passed++;
        pass(command, database);
        noteDatabases(command);
      }
      case Ruling.Drop(), Ruling.Lose() -> {}
      case Ruling.Replace(List<List<byte[]>> commands) -> {
        tally.cut++;
        commands.forEach(words -> say(words, database));
      }
      case Ruling.Fetch(List<List<byte[]>> before, List<KeyName> keys) -> {
        tally.fetched++;
        before.forEach(words -> say(words, database));
        fenced.addAll(keys);
        toFetch.addAll(keys);
      }
      case Ruling.Resync(String reason) -> fail(new Outcome.Resync(reason));
      case Ruling.Stop(String reason) -> fail(new Outcome.Stop(reason));
    }
  }

  /** Some commands name databases themselves. */
  private void noteDatabases(StreamCommand command) {
    switch (CommandForm.of(command.command())) {
      case SWAP_DATABASES -> {
        fenceSwapped(command);
        highestDatabase =
            Math.max(highestDatabase, Math.max(command.database(1), command.database(2)));
      }
      case MOVE -> highestDatabase = Math.max(highestDatabase, command.database(2));
      case COPY -> {
        for (int i = 3; i + 1 < command.count(); i++) {
          if (command.is(i, "DB")) {
            highestDatabase = Math.max(highestDatabase, command.database(i + 1));
          }
        }
      }
      default -> {}
    }
  }

  /** Adds a command in words that the receivers know. */
  private void say(List<byte[]> words, int database) {
    if (dialect.isSourcesOwn()) {
      add(renamed(words), database);
      return;
    }
    if (!saidOtherwise(named(words), words, database)) {
      add(renamed(words), database);
    }
  }

  /** Adds a command in other words if it needs them; returns whether it did. */
  private boolean saidOtherwise(Command command, List<byte[]> words, int database) {
    return switch (dialect.say(command, words, database)) {
      case Said.AsItIs() -> false;
      case Said.Otherwise(List<List<byte[]>> commands) -> {
        tally.translated++;
        addTogether(commands, database);
        yield true;
      }
      case Said.ByResult(List<List<byte[]>> before, KeyName key) -> {
        tally.fetched++;
        addTogether(before, database);
        fenced.add(key);
        toFetch.add(key);
        yield true;
      }
      case Said.Unsayable(String reason) -> {
        tally.unsaid++;
        if (!dialect.mayLose()) {
          fail(new Outcome.Stop(reason));
        }
        yield true;
      }
    };
  }

  /** What was one command stays one step. */
  private void addTogether(List<List<byte[]>> commands, int database) {
    boolean alone = inTransaction || commands.size() < 2;
    if (!alone) {
      select(database, out);
      out.add("MULTI");
    }
    commands.forEach(words -> add(renamed(words), database));
    if (!alone) {
      out.add("EXEC");
    }
  }

  private void pass(StreamCommand command, int database) {
    if (!dialect.isSourcesOwn() && isLearned(command.command())) {
      sayByResult(command, database);
      return;
    }
    if (!dialect.isSourcesOwn()
        && saidOtherwise(command.command(), List.of(command.words(0, command.count())), database)) {
      return;
    }
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

  /** Nobody knows who else has a command that only the source could tell of. */
  private void sayByResult(StreamCommand command, int database) {
    tally.fetched++;
    for (int i = 0; i < command.keys().count(); i++) {
      KeyName key = new KeyName(database, command.word(command.keys().argument(i)));
      if (fenced.add(key)) {
        toFetch.add(key);
      }
    }
  }

  private static boolean isLearned(Command command) {
    return command.id() >= CommandTable.standard().size();
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
      highestDatabase = Math.max(highestDatabase, database);
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
   * @param receivers in whose types a changed value is written
   * @return {@link Outcome.Done}, or why this part ends: its receivers have no words for the value
   */
  public Outcome fetched(KeyName key, List<List<byte[]>> commands, RdbTarget receivers) {
    if (!fenced.remove(key)) {
      return DONE; // it was read twice, and the first reading said it all
    }
    try {
      addTogether(said(key, commands, receivers), key.database());
      return DONE;
    } catch (Rename.CollisionException | UncuttableException | RdbException e) {
      return new Outcome.Stop(String.valueOf(e.getMessage()));
    }
  }

  /**
   * What receivers would be told of a value, without telling them: for one who asks.
   *
   * @param key its name at the source
   * @param commands as for {@link #fetched}
   * @return commands with the key's name as receivers know it
   * @throws UncuttableException if there are no words for the value
   */
  public List<List<byte[]>> told(KeyName key, List<List<byte[]>> commands, RdbTarget receivers) {
    try {
      return said(key, commands, receivers).stream().map(this::renamed).toList();
    } catch (Rename.CollisionException | RdbException e) {
      throw new UncuttableException(String.valueOf(e.getMessage()), e);
    }
  }

  private List<List<byte[]>> said(KeyName key, List<List<byte[]>> commands, RdbTarget receivers) {
    List<List<byte[]>> said = new ArrayList<>();
    List<List<byte[]>> kept =
        contentEdge.said(key, commands, value -> DumpPayload.of(value, receivers));
    for (List<byte[]> words : kept) {
      switch (dialect.say(named(words), words, key.database())) {
        case Said.AsItIs() -> said.add(words);
        case Said.Otherwise(List<List<byte[]>> others) -> said.addAll(others);
        case Said.Unsayable(String reason) -> {
          tally.unsaid++;
          if (!dialect.mayLose()) {
            throw new UncuttableException(reason);
          }
        }
        case Said.ByResult result -> throw new IllegalStateException("a value has no result");
      }
    }
    return said;
  }

  private static Command named(List<byte[]> words) {
    return CommandTable.standard().named(Words.text(words, 0).toLowerCase(Locale.ROOT));
  }
}
