package io.understudy.replication.source;

/**
 * Why a link to a source ended.
 *
 * @param reason one sentence for an operator
 * @param fatal whether an operator must change something before trying again can help
 */
public record LinkLoss(String reason, boolean fatal) {}
