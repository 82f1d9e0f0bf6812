package io.understudy.replication.stage;

/** Why something of a dataset does not concern one part of it. */
public enum LeftOut {
  /** Its key is not kept. */
  KEY,
  /** Its database is not kept. */
  DATABASE,
  /** Values of its type are not kept, or a rule for values left nothing of it. */
  CONTENT,
  /** It is a message, and messages do not go on. */
  MESSAGE,
  /** It is a function, and functions do not go on. */
  FUNCTION
}
