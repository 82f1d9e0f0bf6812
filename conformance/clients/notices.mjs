// Shows that node-redis is patient while the proxy holds commands, because it is told of it.
// Usage: node notices.mjs HOST PORT SECONDS, and kill the primary meanwhile. Exit code 0 if commands
// waited longer than the client usually waits, and none failed but those whose outcome is unknown.
import { createClient } from 'redis';

const [host, port] = [process.argv[2] ?? '127.0.0.1', Number(process.argv[3] ?? 6379)];
const seconds = Number(process.argv[4] ?? 10);
const usual = 400;
const client = createClient({
  socket: { host, port },
  commandOptions: { timeout: usual },
  maintRelaxedCommandTimeout: 20_000,
});
client.on('error', error => console.log(`connection: ${error.message}`));
await client.connect();
const counts = { quick: 0, patient: 0, unknown: 0, failed: 0 };
let longest = 0;
const end = Date.now() + seconds * 1_000;
while (Date.now() < end) {
  const begun = Date.now();
  try {
    await client.set('smoke:notices', begun);
    const waited = Date.now() - begun;
    longest = Math.max(longest, waited);
    counts[waited > usual ? 'patient' : 'quick']++;
  } catch (error) {
    counts[error.message.startsWith('UNKNOWNOUTCOME') ? 'unknown' : 'failed']++;
    console.log(`failed after ${Date.now() - begun} ms: ${error.message}`);
  }
  await new Promise(resolve => setTimeout(resolve, 20));
}
console.log(`${counts.quick} quick, ${counts.patient} that waited more than ${usual} ms (at most ${longest}), ${counts.unknown} unknown, ${counts.failed} failed`);
await client.close();
process.exit(counts.patient > 0 && counts.failed === 0 ? 0 : 1);
