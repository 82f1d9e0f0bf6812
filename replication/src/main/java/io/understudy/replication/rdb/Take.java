package io.understudy.replication.rdb;

/** Which bytes of an entry or record are wanted. */
public enum Take {
  /** None: it is walked over. */
  NOTHING,
  /** Those of the value, without what stands before it: for a new name, or to decode it. */
  VALUE,
  /** All, from the first attribute on. */
  WHOLE
}
