// The commands of peer.mjs: each takes its line and a signal that fires at its deadline, and returns what to answer.
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { ECHO, PERF, behaviours, exchange, pattern, perf, pings, rawStream, serve } from './protocols.mjs'

const RECEIVED_BYTES_MAX = 1024 * 1024 // of a raw stream

export function makeCommands (node, report, exit) {
  const known = watchIdentities(node, report)
  const addrs = () => node.getMultiaddrs().map(String)

  function connectionsWith (peer) {
    return node.getConnections(peer == null ? undefined : peerIdFromString(peer))
  }

  function connectionWith (peer) {
    const connection = connectionsWith(peer).find(each => each.status === 'open')
    if (connection == null) throw Object.assign(new Error(`not connected with ${peer}`), { name: 'unknown_peer' })
    return connection
  }

  function describe (connection) {
    return {
      id: connection.id,
      peer: String(connection.remotePeer),
      remote: String(connection.remoteAddr),
      transport: /\/wss?(\/|$)/.test(String(connection.remoteAddr)) ? 'ws' : 'tcp',
      encryption: connection.encryption,
      multiplexer: connection.multiplexer,
      direction: connection.direction,
      status: connection.status,
      rtt: connection.rtt ?? null,
      streams: connection.streams.length
    }
  }

  async function whenPeer (peer, connected, signal) {
    const done = () => (connectionsWith(peer).length > 0) === connected
    const event = connected ? 'peer:connect' : 'peer:disconnect'
    while (!done()) await once(event, signal)
  }

  function once (event, signal) {
    return new Promise((resolve, reject) => {
      node.addEventListener(event, resolve, { once: true })
      signal.addEventListener('abort', () => reject(signal.reason))
    })
  }

  const commands = {
    help: () => ({ commands: Object.keys(commands).sort() }),
    info: () => ({ peer: String(node.peerId), addrs: addrs(), protocols: node.getProtocols(), software: 'js-libp2p' }),
    addrs: () => ({ addrs: addrs() }),
    listen: async ({ addr }) => {
      const before = new Set(addrs())
      await node.components.transportManager.listen([multiaddr(addr)])
      return { addr: addrs().find(each => !before.has(each)), addrs: addrs() }
    },
    dial: async ({ addr }, signal) => {
      const connection = await node.dial(multiaddr(addr), { signal })
      return { peer: String(connection.remotePeer), connection: describe(connection) }
    },
    identify: async ({ peer }, signal) => {
      connectionWith(peer)
      while (!known.has(peer)) await once('peer:identify', signal)
      return known.get(peer)
    },
    ping: async ({ peer, count = 1 }, signal) => statistics(await pings(connectionWith(peer), count, signal)),
    echo: async (line, signal) => {
      const stream = await connectionWith(line.peer).newStream(ECHO, { signal })
      return await exchange(stream, content(line), signal)
    },
    perf: async ({ peer, up = 0, down = 0 }, signal) => {
      return await perf(await connectionWith(peer).newStream(PERF, { signal }), up, down, signal)
    },
    requests: async ({ peer, n = 1, size = 0, inflight = 1 }, signal) => {
      const connection = connectionWith(peer)
      const trips = []
      const began = performance.now()
      let left = n
      const worker = async () => {
        while (left-- > 0) {
          const start = performance.now()
          const answer = await exchange(await connection.newStream(ECHO, { signal }), pattern(size), signal)
          if (answer.size !== size) throw new Error(`${answer.size} of ${size} bytes came back`)
          trips.push(performance.now() - start)
        }
      }
      await Promise.all(Array.from({ length: inflight }, worker))
      const seconds = (performance.now() - began) / 1000
      return { n, size, inflight, seconds, perSecond: n / seconds, ...statistics(trips) }
    },
    stream: async (line, signal) => {
      const { peer, protocol, close = true, read = 0 } = line
      const stream = await connectionWith(peer).newStream(protocol, { signal })
      return await rawStream(stream, content(line), close, read, RECEIVED_BYTES_MAX, signal)
    },
    serve: async ({ protocol, how = 'echo' }) => {
      if (!behaviours.includes(how)) throw new Error(`how is one of ${behaviours.join(', ')}`)
      await serve(node, protocol, how, report, true)
      return {}
    },
    connections: ({ peer }) => ({ connections: connectionsWith(peer).map(describe) }),
    peers: () => ({ peers: node.getPeers().map(String) }),
    waitPeer: async ({ peer }, signal) => {
      await whenPeer(peer, true, signal)
      return { peer }
    },
    hangup: async ({ peer }, signal) => {
      const closed = connectionsWith(peer).length
      await node.hangUp(peerIdFromString(peer)) // its own time to close politely is 1 s; then it breaks
      await whenPeer(peer, false, signal)
      return { closed }
    },
    exit: () => {
      exit()
      return {}
    }
  }
  return commands
}

// What connected peers have said of themselves. js-libp2p identifies each connection by itself and takes one identify
// stream at a time, so that nobody else should ask.
function watchIdentities (node, report) {
  const known = new Map()
  node.addEventListener('peer:identify', ({ detail }) => {
    const said = identity(detail)
    known.set(said.peer, { ...known.get(said.peer), ...said })
    report({ ev: 'identify', ...known.get(said.peer) })
  })
  node.addEventListener('peer:disconnect', event => known.delete(String(event.detail)))
  return known
}

// A push leaves out what has not changed.
function identity (said) {
  const defined = object => Object.fromEntries(Object.entries(object).filter(([, value]) => value != null))
  return defined({
    peer: String(said.peerId),
    protocolVersion: said.protocolVersion,
    agentVersion: said.agentVersion,
    addrs: said.listenAddrs.map(String),
    signed: said.signedPeerRecord != null,
    protocols: said.protocols,
    observedAddr: said.observedAddr?.toString()
  })
}

// What to send: `hex` or `text` as it is, or `size` bytes of the pattern.
function content ({ size = 0, text, hex }) {
  if (hex != null) return [Buffer.from(hex, 'hex')].filter(chunk => chunk.length > 0)
  if (text != null) return [Buffer.from(text)].filter(chunk => chunk.length > 0)
  return pattern(size)
}

function statistics (milliseconds) {
  const sorted = milliseconds.toSorted((a, b) => a - b)
  const at = share => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  return { count: sorted.length, min: at(0), p50: at(0.5), p99: at(0.99), max: at(1) }
}
