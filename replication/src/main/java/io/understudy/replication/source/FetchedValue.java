package io.understudy.replication.source;

import io.understudy.replication.stage.KeyName;
import java.util.List;

/**
 * A value as it was at one place of the source's history.
 *
 * @param key whose it is
 * @param replicationId of the history
 * @param offset of the stream up to which everything is in the value, and nothing more
 * @param commands what makes the value where there may be another: the first deletes the key
 */
public record FetchedValue(
    KeyName key, String replicationId, long offset, List<List<byte[]>> commands) {
  /** Makes the list unmodifiable. */
  public FetchedValue {
    commands = List.copyOf(commands);
  }
}
