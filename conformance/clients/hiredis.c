/* A smoke of hiredis through the proxy: replies of every type, pipelines, transactions, scripts, subscriptions, blocking. */
#include <hiredis/hiredis.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIPELINED = 2000, BIG = 300000 };

static void fail(const char *what, redisContext *client, redisReply *reply) {
  fprintf(stderr, "FAILED %s: %s%s\n", what, client->errstr, reply && reply->str ? reply->str : "");
  exit(1);
}

static redisContext *connect_to(char **address) {
  struct timeval patience = {20, 0};
  redisContext *client = redisConnectWithTimeout(address[1], atoi(address[2]), patience);
  if (client == NULL || client->err) {
    fprintf(stderr, "FAILED to connect: %s\n", client ? client->errstr : "no memory");
    exit(1);
  }
  redisSetTimeout(client, patience);
  return client;
}

static redisReply *call(redisContext *client, int type, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  redisReply *reply = redisvCommand(client, format, arguments);
  va_end(arguments);
  if (reply == NULL || reply->type != type) fail(format, client, reply);
  return reply;
}

static redisReply *next(redisContext *client, int type, const char *what) {
  void *reply = NULL;
  if (redisGetReply(client, &reply) != REDIS_OK || ((redisReply *)reply)->type != type)
    fail(what, client, reply);
  return reply;
}

static void expect(int holds, const char *what, redisContext *client, redisReply *reply) {
  if (!holds) fail(what, client, reply);
  printf("ok %s\n", what);
  freeReplyObject(reply);
}

int main(int count, char **address) {
  if (count != 3) return 2;
  redisContext *client = connect_to(address);
  redisContext *other = connect_to(address);
  redisReply *reply;

  freeReplyObject(call(client, REDIS_REPLY_STATUS, "SET smoke:a %b", "x\0y", (size_t)3));
  reply = call(client, REDIS_REPLY_STRING, "GET smoke:a");
  expect(reply->len == 3 && !memcmp(reply->str, "x\0y", 3), "bytes", client, reply);
  reply = call(client, REDIS_REPLY_NIL, "GET smoke:none");
  expect(1, "nothing", client, reply);
  reply = call(client, REDIS_REPLY_ERROR, "INCR smoke:a");
  expect(strstr(reply->str, "not an integer") != NULL, "an error", client, reply);

  char *big = malloc(BIG);
  memset(big, 'b', BIG);
  freeReplyObject(call(client, REDIS_REPLY_STATUS, "SET smoke:big %b", big, (size_t)BIG));
  reply = call(client, REDIS_REPLY_STRING, "GET smoke:big");
  expect(reply->len == BIG && !memcmp(reply->str, big, BIG), "a big value", client, reply);
  free(big);

  freeReplyObject(call(client, REDIS_REPLY_INTEGER, "DEL smoke:n smoke:list"));
  for (int i = 0; i < PIPELINED; i++) redisAppendCommand(client, "INCR smoke:n");
  for (int i = 1; i < PIPELINED; i++) {
    reply = next(client, REDIS_REPLY_INTEGER, "a pipeline");
    if (reply->integer != i) fail("the order of a pipeline", client, reply);
    freeReplyObject(reply);
  }
  reply = next(client, REDIS_REPLY_INTEGER, "a pipeline");
  expect(reply->integer == PIPELINED, "a pipeline", client, reply);

  freeReplyObject(call(client, REDIS_REPLY_STATUS, "WATCH smoke:n"));
  freeReplyObject(call(other, REDIS_REPLY_STATUS, "SET smoke:n 1"));
  freeReplyObject(call(client, REDIS_REPLY_STATUS, "MULTI"));
  freeReplyObject(call(client, REDIS_REPLY_STATUS, "INCR smoke:n"));
  expect(1, "a transaction that is broken", client, call(client, REDIS_REPLY_NIL, "EXEC"));
  freeReplyObject(call(client, REDIS_REPLY_STATUS, "MULTI"));
  freeReplyObject(call(client, REDIS_REPLY_STATUS, "INCR smoke:n"));
  reply = call(client, REDIS_REPLY_ARRAY, "EXEC");
  expect(reply->elements == 1 && reply->element[0]->integer == 2, "a transaction", client, reply);

  reply = call(client, REDIS_REPLY_ARRAY, "EVAL %s 1 k v", "return {KEYS[1], ARGV[1], 7}");
  expect(reply->elements == 3 && reply->element[2]->integer == 7, "a script", client, reply);

  reply = call(client, REDIS_REPLY_ARRAY, "SUBSCRIBE smoke:c");
  expect(reply->element[2]->integer == 1, "a subscription", client, reply);
  freeReplyObject(call(other, REDIS_REPLY_INTEGER, "PUBLISH smoke:c hello"));
  reply = next(client, REDIS_REPLY_ARRAY, "a message");
  expect(!strcmp(reply->element[2]->str, "hello"), "a message", client, reply);
  freeReplyObject(call(client, REDIS_REPLY_ARRAY, "UNSUBSCRIBE smoke:c"));

  redisAppendCommand(client, "BLPOP smoke:list 20");
  int written = 0;
  while (!written)
    if (redisBufferWrite(client, &written) != REDIS_OK) fail("a write", client, NULL);
  freeReplyObject(call(other, REDIS_REPLY_INTEGER, "RPUSH smoke:list x"));
  reply = next(client, REDIS_REPLY_ARRAY, "a blocking pop");
  expect(!strcmp(reply->element[1]->str, "x"), "a blocking pop", client, reply);

  redisFree(other);
  redisFree(client);
  puts("GOOD");
  return 0;
}
