import { sandboxArguments } from './arguments.ts';
import { startControl } from './control-server.ts';
import { startSandbox } from './sandbox.ts';

/** How often the sandbox looks whether whoever started it is still there, in milliseconds. */
const PARENT_CHECK_MS = 1000;

/*
 * The sandbox as a process of its own: prints one line of JSON when it is ready and serves until it is told to stop or its
 * parent is gone. The line holds the sandbox's own keys: they open nothing else.
 */
const parent = process.ppid;
const options = sandboxArguments(process.argv.slice(2), new Date());
const sandbox = await startSandbox(options);
const control = await startControl(sandbox, options.ports.control);
const watch = setInterval(() => {
  if (process.ppid !== parent) stop();
}, PARENT_CHECK_MS);
let stopping = false;

function stop(): void {
  if (stopping) return;
  stopping = true;
  clearInterval(watch);
  Promise.all([sandbox.close(), control.close()]).then(
    () => process.exit(0),
    () => process.exit(1),
  );
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);
process.on('disconnect', stop);

const { world, servers, clerk } = sandbox;
const urls = Object.fromEntries(Object.entries(servers).map(([source, { url }]) => [source, url]));
process.stdout.write(
  `${JSON.stringify({
    ready: true,
    seed: options.seed,
    anchor: world.anchor,
    orders: options.orders,
    limits: options.generous ? 'raised' : 'real',
    connections: sandbox.connections(),
    tenants: world.tenants,
    clerk: { secretKey: world.clerk.secretKey, webhookSecret: world.clerk.webhookSecret, handMapped: world.clerk.handMapped },
    urls: { ...urls, clerk: clerk.url, control: control.url },
  })}\n`,
);
