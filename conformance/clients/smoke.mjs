// Uses each feature of ioredis and node-redis once, with their default settings.
// Usage: node smoke.mjs HOST PORT. Exit code 0 if everything was as expected.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { createClient } from 'redis';

const [host, port] = [process.argv[2] ?? '127.0.0.1', Number(process.argv[3] ?? 6379)];
let failed = 0;

async function check(name, body) {
  try {
    await body();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}: ${error.message}`);
  }
}

async function withIoredis() {
  const client = new Redis({ host, port });
  const other = client.duplicate();
  await check('ioredis: plain commands and binary values', async () => {
    assert.equal(await client.set('smoke:a', '1'), 'OK');
    assert.equal(await client.incr('smoke:a'), 2);
    const bytes = Buffer.from([0, 13, 10, 255]);
    await client.set('smoke:b', bytes);
    assert.deepEqual(await client.getBuffer('smoke:b'), bytes);
  });
  await check('ioredis: pipeline of 1,000', async () => {
    const pipeline = client.pipeline();
    for (let i = 0; i < 1000; i++) pipeline.set(`smoke:p${i}`, i).get(`smoke:p${i}`);
    const replies = await pipeline.exec();
    assert.ok(replies.every(([error, reply], i) => !error && (i % 2 === 0 || reply === String((i - 1) / 2))));
  });
  await check('ioredis: MULTI, and WATCH that fails', async () => {
    assert.deepEqual(await client.multi().set('smoke:m', 1).incr('smoke:m').exec(), [[null, 'OK'], [null, 2]]);
    await client.watch('smoke:m');
    await other.set('smoke:m', 9);
    assert.equal(await client.multi().incr('smoke:m').exec(), null);
  });
  await check('ioredis: scripts', async () => {
    client.defineCommand('smokeEcho', { numberOfKeys: 1, lua: 'return {KEYS[1], ARGV[1]}' });
    assert.deepEqual(await client.smokeEcho('smoke:k', 'v'), ['smoke:k', 'v']);
    assert.deepEqual(await client.smokeEcho('smoke:k', 'w'), ['smoke:k', 'w']);
  });
  await check('ioredis: publish and subscribe', async () => {
    const subscriber = client.duplicate();
    await subscriber.subscribe('smoke:c');
    await subscriber.psubscribe('smoke:p*');
    const heard = once(subscriber, 'message');
    await other.publish('smoke:c', 'hello');
    assert.deepEqual((await heard).slice(0, 2), ['smoke:c', 'hello']);
    const matched = once(subscriber, 'pmessage');
    await other.publish('smoke:px', 'there');
    assert.deepEqual((await matched).slice(0, 3), ['smoke:p*', 'smoke:px', 'there']);
    await subscriber.quit();
  });
  await check('ioredis: blocking pop, stream, scan', async () => {
    const popped = other.blpop('smoke:list', 20);
    await client.rpush('smoke:list', 'x');
    assert.deepEqual(await popped, ['smoke:list', 'x']);
    await client.del('smoke:s');
    await client.xadd('smoke:s', '*', 'f', 'v');
    assert.equal((await client.xread('COUNT', 1, 'STREAMS', 'smoke:s', '0'))[0][0], 'smoke:s');
    let seen = 0;
    for await (const keys of client.scanStream({ match: 'smoke:p*', count: 100 })) seen += keys.length;
    assert.ok(seen >= 1000);
  });
  await check('ioredis: MONITOR and QUIT', async () => {
    const monitor = await client.duplicate().monitor();
    const line = once(monitor, 'monitor');
    await other.get('smoke:a');
    assert.ok((await line)[1].length > 0);
    monitor.disconnect();
  });
  await client.quit();
  await other.quit();
}

async function withNodeRedis() {
  const client = await createClient({ socket: { host, port } }).connect();
  const other = await client.duplicate().connect();
  await check('node-redis: plain commands, concurrently', async () => {
    await Promise.all([...Array(1000).keys()].map((i) => client.set(`smoke:n${i}`, String(i))));
    const values = await client.mGet([...Array(1000).keys()].map((i) => `smoke:n${i}`));
    assert.ok(values.every((value, i) => value === String(i)));
    await client.hSet('smoke:h', { a: '1', b: '2' });
    assert.deepEqual({ ...(await client.hGetAll('smoke:h')) }, { a: '1', b: '2' });
  });
  await check('node-redis: MULTI and scripts', async () => {
    assert.deepEqual(await client.multi().set('smoke:x', '1').incr('smoke:x').exec(), ['OK', 2]);
    assert.equal(await client.eval('return ARGV[1]', { arguments: ['v'] }), 'v');
  });
  await check('node-redis: publish and subscribe, sharded too', async () => {
    const subscriber = await client.duplicate().connect();
    const heard = [];
    await subscriber.subscribe('smoke:c', (message) => heard.push(message));
    await subscriber.sSubscribe('smoke:sh', (message) => heard.push(message));
    await other.publish('smoke:c', 'plain');
    await other.sPublish('smoke:sh', 'sharded');
    while (heard.length < 2) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(heard.sort(), ['plain', 'sharded']);
    await subscriber.unsubscribe();
    await subscriber.sUnsubscribe();
    await subscriber.close();
  });
  await check('node-redis: client-side cache with invalidations', async () => {
    const caching = await createClient({
      RESP: 3, socket: { host, port }, clientSideCache: { ttl: 0, maxEntries: 0, evictPolicy: 'LRU' },
    }).connect();
    await other.set('smoke:cached', 'old');
    assert.equal(await caching.get('smoke:cached'), 'old');
    await other.set('smoke:cached', 'new');
    while ((await caching.get('smoke:cached')) !== 'new') await new Promise((resolve) => setImmediate(resolve));
    await caching.close();
  });
  await check('node-redis: blocking pop and iterator', async () => {
    const popped = other.blPop('smoke:list2', 20);
    await client.rPush('smoke:list2', 'y');
    assert.equal((await popped).element, 'y');
    let seen = 0;
    for await (const keys of client.scanIterator({ MATCH: 'smoke:n*', COUNT: 100 })) seen += keys.length;
    assert.ok(seen >= 1000);
  });
  await client.close();
  await other.close();
}

setTimeout(() => { console.log('FAILED  it hangs'); process.exit(1); }, 60_000).unref();
await withIoredis();
await withNodeRedis();
process.exit(failed === 0 ? 0 : 1);
