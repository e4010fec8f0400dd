// Echo, perf and ping over streams of js-libp2p, both sides, and handlers that behave oddly on purpose.
import { createHash, randomBytes } from 'node:crypto'
import { StreamResetError } from '@libp2p/interface'
import { streamLimits } from './node.mjs'

export const ECHO = '/echo/1.0.0'
export const PERF = '/perf/1.0.0'
const PING = '/ipfs/ping/1.0.0'
const CHUNK_BYTES = 64 * 1024
const PERF_HEADER_BYTES = 8
const PING_BYTES = 32
const PING_STREAM_MS = 8000 // a server of js-libp2p ends a ping stream after 10 s

// What echo sends where only a size is given: byte i is i mod 251. The tests know it, too.
const PATTERN_PERIOD = 251
const PATTERN = Buffer.alloc(CHUNK_BYTES + PATTERN_PERIOD, Buffer.from([...Array(PATTERN_PERIOD).keys()]))

export function * pattern (size) {
  for (let at = 0; at < size;) {
    const length = Math.min(CHUNK_BYTES, size - at)
    const start = at % PATTERN_PERIOD
    yield PATTERN.subarray(start, start + length)
    at += length
  }
}

// Gives what arrives to onData and returns when the other side has ended its writing; throws when the stream breaks.
// Iterating over the stream instead never ends when the other side ended before the iteration began.
async function receive (stream, onData, signal) {
  await new Promise((resolve, reject) => {
    const broken = () => ['reset', 'aborted'].includes(stream.status)
    const settle = error => broken() ? reject(error ?? new StreamResetError()) : resolve() // 'end' comes for both
    stream.addEventListener('message', event => onData(event.data))
    stream.addEventListener('end', () => settle())
    stream.addEventListener('close', event => settle(event.error))
    signal?.addEventListener('abort', () => {
      stream.abort(signal.reason)
      reject(signal.reason)
    })
    if (stream.readableEnded || stream.status !== 'open') settle()
  })
}

async function send (stream, chunks, signal) {
  for (const chunk of chunks) {
    if (!stream.send(chunk)) await stream.onDrain({ signal })
  }
}

// Sends back what arrives, and holds the sender back while the way back is full.
async function sendBack (stream, count) {
  await receive(stream, data => {
    count(data.byteLength)
    if (stream.send(data) || stream.readStatus !== 'readable') return
    stream.pause()
    stream.onDrain().then(() => stream.readStatus === 'paused' && stream.resume(), () => {})
  })
  await stream.close()
}

const BEHAVIOURS = {
  echo: sendBack,
  sink: async (stream, count) => {
    await receive(stream, data => count(data.byteLength))
    await stream.close()
  },
  // Ends its own writing at once and goes on reading.
  end: async (stream, count) => {
    await stream.close()
    await receive(stream, data => count(data.byteLength))
  },
  // Breaks the stream when the first byte comes.
  reset: async (stream, count) => {
    await receive(stream, data => {
      count(data.byteLength)
      stream.abort(new Error('asked to'))
    })
  }
}
export const behaviours = Object.keys(BEHAVIOURS)

// Serves a protocol and reports how each of its streams ended, or only those that broke.
export async function serve (node, protocol, how, report, alsoClean) {
  const behaviour = BEHAVIOURS[how]
  await node.handle(protocol, async (stream, connection) => {
    let bytes = 0
    let end = 'end'
    try {
      await behaviour(stream, size => { bytes += size })
    } catch (error) {
      end = stream.status === 'reset' ? 'reset' : stream.status === 'aborted' ? 'aborted' : String(error.message)
    }
    if (alsoClean || end !== 'end') report({ ev: 'served', peer: String(connection.remotePeer), protocol, bytes, end })
  }, streamLimits)
}

export async function servePerf (node) {
  await node.handle(PERF, async stream => {
    let header = Buffer.alloc(0)
    await receive(stream, data => {
      if (header.length < PERF_HEADER_BYTES) header = Buffer.concat([header, data.subarray()])
    })
    if (header.length < PERF_HEADER_BYTES) return stream.abort(new Error('perf request cut short'))
    await send(stream, zeros(header.readBigUInt64BE(0)))
    await stream.close()
  }, streamLimits)
}

function * zeros (size) {
  const chunk = new Uint8Array(CHUNK_BYTES)
  for (let left = Number(size); left > 0; left -= CHUNK_BYTES) yield chunk.subarray(0, Math.min(left, CHUNK_BYTES))
}

// Sends the chunks, ends the writing, and returns what comes back: its size and its hash.
export async function exchange (stream, chunks, signal) {
  const hash = createHash('sha256')
  let size = 0
  const received = receive(stream, data => {
    for (const part of data instanceof Uint8Array ? [data] : data) hash.update(part)
    size += data.byteLength
  }, signal)
  await Promise.all([received, send(stream, chunks, signal).then(() => stream.close({ signal }))])
  return { size, sha256: hash.digest('hex') }
}

export async function perf (stream, up, down, signal) {
  const header = Buffer.alloc(PERF_HEADER_BYTES)
  header.writeBigUInt64BE(BigInt(down))
  let size = 0
  const began = performance.now()
  const received = receive(stream, data => { size += data.byteLength }, signal)
  await send(stream, [header], signal)
  await send(stream, zeros(up), signal)
  await stream.close({ signal })
  const sent = performance.now()
  await received
  const ended = performance.now()
  if (size !== down) throw new Error(`${size} of ${down} bytes came`)
  return {
    bytes: up + down,
    seconds: (ended - began) / 1000,
    up: { bytes: up, seconds: (sent - began) / 1000 },
    down: { bytes: down, seconds: (ended - sent) / 1000 }
  }
}

// Round trips in milliseconds, one after the other on one stream (a new one before the server would end it).
export async function pings (connection, count, signal) {
  const trips = []
  while (trips.length < count) {
    const stream = await connection.newStream(PING, { signal })
    const opened = performance.now()
    let waiting
    let got = Buffer.alloc(0)
    receive(stream, data => {
      got = Buffer.concat([got, data.subarray()])
      if (got.length >= PING_BYTES) waiting.resolve()
    }, signal).then(() => waiting.reject(new Error('the ping stream ended')), error => waiting.reject(error))
    while (trips.length < count && performance.now() - opened < PING_STREAM_MS) {
      const sent = randomBytes(PING_BYTES)
      const began = performance.now()
      got = Buffer.alloc(0)
      waiting = Promise.withResolvers()
      stream.send(sent)
      await waiting.promise
      if (!got.equals(sent)) throw new Error('other bytes came back')
      trips.push(performance.now() - began)
    }
    waiting.promise.catch(() => {})
    await stream.close({ signal })
  }
  return trips
}

// Sends the chunks and then as `close` says: true ends the writing and reads to the end, false leaves the stream open
// once `read` bytes came, "reset" breaks it then.
export async function rawStream (stream, chunks, close, read, bytesMax, signal) {
  const parts = []
  let size = 0
  let enough = read === 0
  const wake = Promise.withResolvers()
  const received = receive(stream, data => {
    size += data.byteLength
    if (size > bytesMax) stream.abort(new Error(`more than ${bytesMax} bytes came`))
    parts.push(data.subarray())
    if (!enough && size >= read) {
      enough = true
      wake.resolve()
    }
  }, signal)
  if (enough) wake.resolve()
  await send(stream, chunks, signal)
  if (close === true) await stream.close({ signal })
  await Promise.race([received, close === true ? new Promise(() => {}) : wake.promise])
  if (close === 'reset') {
    received.catch(() => {})
    stream.abort(new Error('asked to'))
  } else if (close !== true) {
    received.catch(() => {})
  }
  return { hex: Buffer.concat(parts).toString('hex'), end: stream.readableEnded }
}
