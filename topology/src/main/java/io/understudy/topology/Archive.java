package io.understudy.topology;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * The port through which is kept, in numbered pages, what was done for a group and left its {@link
 * Journal}: for people, so that nothing waits for it.
 *
 * <p>One writer per group at a time, any number of readers. Any thread; calls block for as long as
 * a save of the journal. Failures are one line.
 */
public interface Archive {
  /** The version of a page that is not there yet. */
  int ABSENT = -1;

  /** The numbers of a group's pages, ascending. */
  List<Long> pages(String group) throws IOException;

  /** A page; empty when there is none of that number. */
  Optional<Page> read(String group, long number) throws IOException;

  /**
   * Makes a page durable, in place of the version that was read.
   *
   * @param version {@link #ABSENT} for a new page
   * @throws IOException when that is not certain, or another writer came first
   */
  void write(String group, long number, byte[] bytes, int version) throws IOException;

  /** Removes a page, if it is there. */
  void remove(String group, long number) throws IOException;

  /**
   * A page as it was read.
   *
   * @param bytes as they were written
   * @param version for {@link Archive#write}
   */
  @SuppressWarnings("ArrayRecordComponent") // nobody compares or keeps it
  record Page(byte[] bytes, int version) {}
}
