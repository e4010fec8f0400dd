// rust-libp2p as a foreign peer: the network stack of lumina-node-wasm, which dials and does not listen.
//
// usage: node rust_peer.mjs --dial MA --via ws|tcp     MA: /ip4/A/tcp/P/p2p/ID (what is there of /ws does not matter)
// Speaks lines as peer.mjs does; commands: info peers exit. With --via tcp the object that it takes for a WebSocket is a
// bare TCP connection, so the same stack dials a TCP listener.
import { Console } from 'node:console'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { MessageChannel } from 'node:worker_threads'

const PACKAGE = 'lumina-node-wasm/lumina_node_wasm_bg'

function say (object) {
  process.stdout.write(JSON.stringify(object) + '\n')
}

// What the stack uses of a WebSocket, over TCP: the address of ws://HOST:PORT/ is dialed as it is.
class TcpSocket {
  binaryType = 'arraybuffer'
  constructor (url) {
    const { hostname, port } = new URL(url)
    this.socket = connect({ host: hostname.replace(/[[\]]/g, ''), port: Number(port), noDelay: true })
    this.socket.on('connect', () => this.onopen?.(new Event('open')))
    this.socket.on('data', data => this.onmessage?.(new MessageEvent('message', { data: new Uint8Array(data).buffer })))
    this.socket.on('error', () => this.onerror?.(new Event('error')))
    this.socket.on('close', () => this.onclose?.(new Event('close')))
  }

  get bufferedAmount () { return this.socket.writableLength }
  get readyState () { return { opening: 0, open: 1 }[this.socket.readyState] ?? 3 }
  send (data) { this.socket.write(Buffer.from(data)) }
  close () { this.socket.end() }
}

// The stack asks for a browser's worker.
function pretendWorker (via) {
  class WorkerGlobalScope {}
  class DedicatedWorkerGlobalScope extends WorkerGlobalScope {}
  Object.assign(globalThis, { WorkerGlobalScope, DedicatedWorkerGlobalScope, self: globalThis })
  Object.setPrototypeOf(globalThis, DedicatedWorkerGlobalScope.prototype)
  if (via === 'tcp') globalThis.WebSocket = TcpSocket
  globalThis.console = new Console(process.stderr, process.stderr) // its log; our lines are alone on stdout
}

async function load () {
  const bindings = await import(`${PACKAGE}.js`)
  const wasm = await readFile(createRequire(import.meta.url).resolve(`${PACKAGE}.wasm`))
  const { instance } = await WebAssembly.instantiate(wasm, { './lumina_node_wasm_bg.js': bindings })
  bindings.__wbg_set_wasm(instance.exports)
  instance.exports.__wbindgen_start()
  return bindings
}

// The stack's node and its client talk over a message port.
async function start (bindings, address) {
  const { port1, port2 } = new MessageChannel()
  const worker = new bindings.NodeWorker(port1)
  worker.run().catch(error => console.error('worker', error))
  const client = await new bindings.NodeClient(port2)
  const config = bindings.NodeConfig.default(bindings.Network.Private)
  config.bootnodes = [address]
  config.usePersistentMemory = false
  await client.start(config)
  return client
}

const { values: options } = parseArgs({ options: { dial: { type: 'string' }, via: { type: 'string', default: 'ws' } } })
if (options.dial == null || !['ws', 'tcp'].includes(options.via)) {
  console.error('usage: rust_peer.mjs --dial MA --via ws|tcp')
  process.exit(2)
}
pretendWorker(options.via)
const [, place, id] = options.dial.match(/^(.*?\/tcp\/\d+)(?:\/ws)?\/p2p\/(\w+)$/)
const client = await start(await load(), `${place}/ws/p2p/${id}`)
const peer = String(await client.localPeerId())
say({ ev: 'ready', peer, addrs: [], protocols: [] })

const commands = {
  info: async () => ({ peer, software: 'rust-libp2p', isRunning: await client.isRunning() }),
  peers: async () => ({ peers: (await client.connectedPeers()).map(String) }),
  exit: async () => process.exit(0)
}
const lines = createInterface({ input: process.stdin })
lines.on('line', async text => {
  const { id: re, cmd } = JSON.parse(text)
  try {
    if (commands[cmd] == null) throw new Error(`unknown command ${cmd}`)
    say({ re, ok: true, ...await commands[cmd]() })
  } catch (error) {
    say({ re, ok: false, error: { name: error.name ?? 'Error', message: String(error.message ?? error) } })
  }
})
lines.on('close', () => process.exit(0))
