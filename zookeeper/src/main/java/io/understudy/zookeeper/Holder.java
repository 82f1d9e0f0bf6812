package io.understudy.zookeeper;

/**
 * One life of one keeper.
 *
 * @param keeper its id
 * @param incarnation the transaction that made its node: a keeper that comes back has another
 */
record Holder(String keeper, long incarnation) {}
