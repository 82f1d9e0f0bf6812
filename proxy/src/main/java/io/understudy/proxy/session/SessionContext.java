package io.understudy.proxy.session;

import io.understudy.proxy.backend.BackendPool;
import io.understudy.proxy.backend.Loop;
import io.understudy.proxy.route.Conducts;
import io.understudy.proxy.route.Users;
import org.jspecify.annotations.Nullable;

/**
 * What all sessions of one listener on one event loop share.
 *
 * @param loop the loop
 * @param group the name of the group they are led to
 * @param pool its connections
 * @param budget what they may hold together
 * @param attendance who is connected to the listener: its identity
 * @param registry all clients of the proxy
 * @param counters what the listener counts on this loop
 * @param spread where reads go; null if all go to the primary
 * @param users who may log in at the proxy; null if the servers judge
 * @param destinations where commands go by their keys; null if all go to one group
 * @param conducts how each command is treated, by its id
 */
record SessionContext(
    Loop loop,
    Attendance attendance,
    String group,
    BackendPool pool,
    HoldBudget budget,
    ClientRegistry registry,
    Counters counters,
    @Nullable Spread spread,
    @Nullable Users users,
    @Nullable Destinations destinations,
    Conducts conducts) {}
