import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createMeasuring } from '../../../src-main/devices/measuring.ts'

/** Work that ends when it is told to, and says when it began and was given up. */
function makeWork() {
  const { promise, resolve } = Promise.withResolvers<string>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const state = { begun: 0, isGivenUp: false }
  const work = (signal: AbortSignal): Promise<string> => {
    state.begun++
    signal.addEventListener('abort', () => {
      state.isGivenUp = true
      resolve('given up')
    })
    begin()
    return promise
  }
  return { work, state, begun, end: resolve }
}

const forever = new AbortController().signal
const cancelled = { name: 'NoAnswer', why: 'cancelled' }

test('of the same thing there is one measurement, and of others one after another', async () => {
  const measuring = createMeasuring<string>()
  const [first, second] = [makeWork(), makeWork()]
  const both = [measuring.join('a', first.work, forever), measuring.join('a', first.work, forever)]
  const other = measuring.join('b', second.work, forever)
  await first.begun
  assert.equal(second.state.begun, 0)
  first.end('known')
  assert.deepEqual(await Promise.all(both), ['known', 'known'])
  second.end('too')
  assert.equal(await other, 'too')
  assert.deepEqual([first.state.begun, second.state.begun], [1, 1])
})

test('it is given up when everybody has lost interest, and not before', async () => {
  const measuring = createMeasuring<string>()
  const [work, next] = [makeWork(), makeWork()]
  const [one, two] = [new AbortController(), new AbortController()]
  const left = measuring.join('a', work.work, one.signal)
  const stays = measuring.join('a', work.work, two.signal)
  await work.begun
  one.abort()
  await assert.rejects(left, cancelled)
  assert.equal(work.state.isGivenUp, false)
  two.abort()
  await assert.rejects(stays, cancelled)
  assert.equal(work.state.isGivenUp, true)
  const again = measuring.join('a', next.work, forever)
  next.end('anew')
  assert.equal(await again, 'anew')
})

test('what nobody waits for any more is never begun', async () => {
  const measuring = createMeasuring<string>()
  const [first, second] = [makeWork(), makeWork()]
  const end = new AbortController()
  const running = measuring.join('a', first.work, forever)
  const waiting = measuring.join('b', second.work, end.signal)
  await first.begun
  end.abort()
  await assert.rejects(waiting, cancelled)
  first.end('known')
  await running
  const last = makeWork()
  last.end('known')
  await measuring.join('c', last.work, forever)
  assert.equal(second.state.begun, 0)
  await assert.rejects(measuring.join('d', last.work, end.signal), cancelled)
})

test('a failure is everybody’s, and the next one is measured all the same', async () => {
  const measuring = createMeasuring<string>()
  const fail = () => Promise.reject(new Error('broken'))
  await assert.rejects(measuring.join('a', fail, forever), /broken/)
  const work = makeWork()
  work.end('known')
  assert.equal(await measuring.join('a', work.work, forever), 'known')
})

test('who waited goes on before the next one begins, and who waits for all of it waits for that too', async () => {
  const measuring = createMeasuring<string>()
  const [first, second] = [makeWork(), makeWork()]
  const order: string[] = []
  const one = measuring.join('a', first.work, forever).then(() => order.push('one goes on'))
  const two = measuring.join(
    'b',
    () => {
      order.push('two begins')
      return second.work(forever)
    },
    forever,
  )
  assert.deepEqual([measuring.isUnderWay(), measuring.isUnderWay('a')], [true, true])
  const end = new AbortController()
  const left = measuring.idle(end.signal)
  const idle = measuring.idle(forever).then(() => order.push('idle'))
  end.abort()
  await assert.rejects(left, cancelled)
  first.end('known')
  await one
  await second.begun
  assert.deepEqual([measuring.isUnderWay(), measuring.isUnderWay('b')], [true, false])
  second.end('too')
  await Promise.all([two, idle])
  assert.deepEqual(order, ['one goes on', 'two begins', 'idle'])
  assert.equal(measuring.isUnderWay(), false)
})
