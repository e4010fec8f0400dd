// Makes the js-libp2p node of peer.mjs from its options.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { generateKeyPair, generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify, identifyPush } from '@libp2p/identify'
import { noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { tls } from '@libp2p/tls'
import { webSockets } from '@libp2p/websockets'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'

const TRANSPORTS = { tcp: () => tcp(), ws: () => webSockets() }
const SECURITY = { noise: () => noise(), tls: () => tls() }

// js-libp2p's defaults guard a browser: five connections a second from one host, a few streams a protocol. The window
// may grow to 16 MiB while a reader pauses, and what is then received must fit the read buffer.
const MANY = 100_000
const STREAMS_MAX = 4096
const READ_BUFFER_BYTES = 32 * 1024 * 1024
const MUXERS = {
  yamux: () => yamux({
    maxInboundStreams: STREAMS_MAX,
    maxOutboundStreams: STREAMS_MAX,
    maxEarlyStreams: STREAMS_MAX,
    streamOptions: { maxReadBufferLength: READ_BUFFER_BYTES }
  })
}
export const streamLimits = { maxInboundStreams: STREAMS_MAX, maxOutboundStreams: STREAMS_MAX }

function choose (known, names) {
  return names.split(',').map(name => {
    if (known[name] == null) throw new Error(`unknown name ${name}: there are ${Object.keys(known).join(', ')}`)
    return known[name]()
  })
}

// pnet, on the cipher's plain JavaScript: its WebAssembly takes new memory with every call once two streams of one
// process use it by turns, and is out of memory after some ten MiB.
async function privateNetwork (psk) {
  const webAssembly = globalThis.WebAssembly
  globalThis.WebAssembly = undefined
  await import('xsalsa20')
  globalThis.WebAssembly = webAssembly
  const { preSharedKey } = await import('@libp2p/pnet')
  return preSharedKey({ psk })
}

// js-libp2p's WebSocket cannot make its peer wait: while TLS above it pauses, what comes piles up in the connection, which
// breaks at 4 MiB, less than one stream's window, and no option of the transport says otherwise.
function widenReadBuffer (upgrader) {
  for (const name of ['upgradeInbound', 'upgradeOutbound']) {
    const upgrade = upgrader[name].bind(upgrader)
    upgrader[name] = (connection, ...rest) => {
      connection.maxReadBufferLength = READ_BUFFER_BYTES
      return upgrade(connection, ...rest)
    }
  }
}

export async function makeNode (options) {
  const seed = options.seed != null && createHash('sha256').update(options.seed).digest()
  const node = await createLibp2p({
    start: false,
    privateKey: seed ? await generateKeyPairFromSeed('Ed25519', seed) : await generateKeyPair('Ed25519'),
    addresses: { listen: options.listen },
    transports: choose(TRANSPORTS, options.transports),
    connectionEncrypters: choose(SECURITY, options.security),
    streamMuxers: choose(MUXERS, options.muxers),
    connectionProtector: options.psk != null ? await privateNetwork(await readFile(options.psk)) : undefined,
    connectionManager: {
      inboundConnectionThreshold: MANY,
      maxIncomingPendingConnections: MANY,
      maxConnections: MANY,
      reconnectRetries: 0
    },
    connectionMonitor: { abortConnectionOnPingFailure: false }, // a busy machine is no reason to hang up
    services: { identify: identify(), identifyPush: identifyPush(), ping: ping(streamLimits) }
  })
  widenReadBuffer(node.components.upgrader)
  await node.start()
  return node
}
