package io.understudy.topology;

import java.io.IOException;
import java.util.Optional;

/**
 * The port through which a group's durable memory is kept: what survives the death of the process
 * that decides.
 *
 * <p>What was saved is durable when {@link #save} returns. One writer at a time: a save that does
 * not follow the newest revision is refused, so that two writers can never both go on.
 */
public interface Journal {
  /**
   * The newest saved text of a group.
   *
   * @return empty when nothing was ever saved
   * @throws IOException when it cannot be read, is damaged, or was written by a newer version; the
   *     message is one line that says what to do. Never answered with an empty journal instead.
   */
  Optional<Saved> load(String group) throws IOException;

  /**
   * Makes {@code text} the newest.
   *
   * @param follows the revision it is based on; 0 for the first
   * @return the new revision
   * @throws IOException when it could not be made durable, or another writer came first; nothing
   *     may be assumed then about which text is newest
   */
  long save(String group, String text, long follows) throws IOException;

  /**
   * A saved text.
   *
   * @param text as it was given to {@link Journal#save}
   * @param revision 1 for the first save, one more for each
   */
  record Saved(String text, long revision) {}
}
