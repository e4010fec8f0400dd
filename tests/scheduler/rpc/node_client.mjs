// A WebSocket client of another make (the ws package): node_client.mjs PORT TOKEN-FILE. Exit status 0: all held.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../interop/js/package.json', import.meta.url))
const WebSocket = require('ws')
const [port, tokenFile] = process.argv.slice(2)
const url = `ws://127.0.0.1:${port}/`
const token = readFileSync(tokenFile, 'utf8').trim()
assert.match(token, /^[0-9a-f]{64}$/)

function open (options) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, options)
    const messages = []
    const readers = []
    socket.on('message', (data, isBinary) => {
      assert.equal(isBinary, false)
      const message = JSON.parse(data.toString())
      const reader = readers.shift()
      if (reader) reader(message)
      else messages.push(message)
    })
    socket.next = () => messages.length > 0 ? Promise.resolve(messages.shift()) : new Promise(r => readers.push(r))
    socket.call = async (method, params, id) => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', method, params, id }))
      return socket.next()
    }
    socket.on('open', () => resolve(socket))
    socket.on('error', reject)
  })
}

// The token as a header; any text; what changed of a topic.
const socket = await open({ headers: { Authorization: `Bearer ${token}` } })
const text = 'grüße \u{1f33e}'.repeat(20000)
assert.deepEqual(await socket.call('test.echo', { value: text }, 'first'), { jsonrpc: '2.0', result: text, id: 'first' })
const { result } = await socket.call('subscribe', { topic: 'calls' }, 2)
assert.deepEqual(result.value, { count: 1 })
assert.deepEqual((await socket.call('test.echo', [null], 3)).result, null)
const change = await socket.next()
assert.equal(change.method, 'topic.changed')
assert.deepEqual(change.params.patch, [{ path: '/count', value: 2 }])
assert.equal(change.params.from, result.version)
const unknown = await socket.call('test.eco', {}, 4)
assert.equal(unknown.error.code, -32601)
assert.equal(unknown.error.data.remedy, 'is test.echo meant?')
socket.close()

// The token by a call, as a browser must; nothing before it.
const other = await open()
assert.equal((await other.call('test.echo', [1], 1)).error.code, -32001)
assert.equal((await other.call('auth.login', { token }, 2)).result.authorized, true)
assert.equal((await other.call('test.echo', [1], 3)).result, 1)
other.close()

// A web page, and a wrong token.
await assert.rejects(open({ origin: 'http://evil.example' }), /403/)
await assert.rejects(open({ headers: { Authorization: 'Bearer nothing' } }), /401/)

// Fragments, a ping and a binary frame.
const third = await open({ headers: { Authorization: `Bearer ${token}` } })
third.send('{"jsonrpc":"2.0","method":"test.echo",', { fin: false })
third.send('"params":[7],"id":1}', { fin: true })
assert.equal((await third.next()).result, 7)
await new Promise(resolve => { third.once('pong', resolve); third.ping() })
const closed = new Promise(resolve => third.once('close', (code, reason) => resolve([code, reason.toString()])))
third.send(Buffer.from([1, 2, 3]))
assert.equal((await third.next()).method, 'connection.closing')
const [code, reason] = await closed
assert.equal(code, 1008)
assert.match(reason, /binary frame/)
