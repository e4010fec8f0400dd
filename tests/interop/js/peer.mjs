// A js-libp2p peer that speaks the JSON lines of overlay-peer (tests/peer/README.md), so that one driver drives both.
//
// usage: node peer.mjs [--listen MA]... [--transports tcp,ws] [--security noise,tls] [--muxers yamux] [--seed TEXT]
//                      [--psk FILE]
// exit status: 0 after exit or the end of input, 2 wrong usage, 3 cannot start, 4 an exception nobody caught
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { makeCommands } from './commands.mjs'
import { makeNode } from './node.mjs'
import { ECHO, serve, servePerf } from './protocols.mjs'

const TIMEOUT_MS = 15000

function say (object) {
  process.stdout.write(JSON.stringify(object) + '\n')
}

function problem (error) {
  const cause = error?.errors?.[0] ?? error?.error ?? error // of several failures the first, of an event its error
  return { name: cause?.name ?? 'Error', message: String(cause?.message ?? cause) }
}

function readOptions () {
  try {
    return parseArgs({
      options: {
        listen: { type: 'string', multiple: true, default: [] },
        transports: { type: 'string', default: 'tcp,ws' },
        security: { type: 'string', default: 'noise,tls' },
        muxers: { type: 'string', default: 'yamux' },
        seed: { type: 'string' },
        psk: { type: 'string' }
      }
    }).values
  } catch (error) {
    console.error(error.message)
    process.exit(2)
  }
}

async function start (options) {
  try {
    const node = await makeNode(options)
    await serve(node, ECHO, 'echo', say, false)
    await servePerf(node)
    return node
  } catch (error) {
    console.error(error)
    process.exit(3)
  }
}

function reportEvents (node) {
  node.addEventListener('peer:connect', event => say({ ev: 'peer:connect', peer: String(event.detail) }))
  node.addEventListener('peer:disconnect', event => say({ ev: 'peer:disconnect', peer: String(event.detail) }))
}

async function obey (commands, text) {
  let line
  try {
    line = JSON.parse(text)
  } catch (error) {
    return say({ ok: false, error: { name: 'bad_line', message: error.message } })
  }
  const re = line.id ?? null
  try {
    const command = commands[line.cmd]
    if (command == null) throw Object.assign(new Error(String(line.cmd)), { name: 'unknown_command' })
    const signal = AbortSignal.timeout(line.timeout ?? TIMEOUT_MS)
    const late = new Promise((resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    late.catch(() => {})
    const answer = await Promise.race([command(line, signal), late])
    say({ re, ok: true, ...answer })
  } catch (error) {
    say({ re, ok: false, error: problem(error) })
  }
}

process.on('uncaughtException', error => {
  console.error(error)
  process.exit(4)
})
const node = await start(readOptions())
const stopped = Promise.withResolvers()
reportEvents(node)
say({
  ev: 'ready', peer: String(node.peerId), addrs: node.getMultiaddrs().map(String), protocols: node.getProtocols()
})
const commands = makeCommands(node, say, stopped.resolve)
const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })
lines.on('line', text => { if (text.trim() !== '') obey(commands, text) })
lines.on('close', stopped.resolve)
await stopped.promise
await node.stop()
process.stdout.write('', () => process.exit(0))
