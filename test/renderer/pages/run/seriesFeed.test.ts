import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SeriesAnswer } from '../../../../shared/api/series.ts'
import { createSeriesFeed, type SeriesRequest } from '../../../../src-renderer/pages/run/seriesFeed.ts'

/** A feed by a clock that stands until it is moved, over a host that answers when it is told to. */
function feedByHand() {
  let now = 0
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>()
  const questions: {
    readonly requests: readonly SeriesRequest[]
    readonly answer: () => Promise<void>
    readonly refuse: (error: unknown) => Promise<void>
  }[] = []
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve))
  const feed = createSeriesFeed({
    ask: (requests) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly (readonly SeriesAnswer[])[]>()
      const number = questions.length
      questions.push({
        requests,
        answer() {
          resolve(
            requests.map(({ series }) =>
              series.map((name) => ({ name, steps: [number], values: [number], total: 1 })),
            ),
          )
          return settled()
        },
        refuse(error) {
          reject(error)
          return settled()
        },
      })
      return promise
    },
    clock: () => now,
    later(milliseconds, callback) {
      const timer = { at: now + milliseconds, callback }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  })
  const pass = (milliseconds: number): void => {
    now += milliseconds
    for (const timer of [...timers].filter(({ at }) => at <= now)) {
      timers.delete(timer)
      timer.callback()
    }
  }
  /** The number of the question whose answer a slot shows. */
  const shown = (slot: string): number | undefined => feed.state().views.get(slot)?.[0]?.steps[0]
  return { feed, questions, pass, shown }
}

const whole = { slot: 'raw', series: ['loss'], points: 600, smoothing: { kind: 'none' } } as const
const part = { ...whole, fromStep: 100, toStep: 199 }
const at = (stepsDone: number, attempt = 1) => ({ attempt, stepsDone })

test('one question at a time, at most four a second, however often the run says that it goes on', async () => {
  const { feed, questions, pass, shown } = feedByHand()
  feed.want([whole], at(10), true)
  for (let steps = 11; steps < 40; steps++) feed.want([whole], at(steps), true)
  assert.equal(questions.length, 1)
  await questions[0]?.answer()
  assert.equal(shown('raw'), 0)
  assert.equal(questions.length, 1, 'the answer is of before; the next question waits for its time')
  pass(249)
  assert.equal(questions.length, 1)
  pass(1)
  assert.equal(questions.length, 2)
  await questions[1]?.answer()
  pass(10_000)
  assert.equal(questions.length, 2, 'nothing has changed since')
})

test('a new window is asked for at once, and the old lines stand until it is answered', async () => {
  const { feed, questions, shown } = feedByHand()
  feed.want([whole], at(500), true)
  await questions[0]?.answer()
  feed.want([part], at(500), true)
  assert.equal(questions.length, 2)
  assert.equal(shown('raw'), 0)
  await questions[1]?.answer()
  assert.equal(shown('raw'), 1)
})

test('a window that moves while its question is under way is asked for when that is answered', async () => {
  const { feed, questions, shown } = feedByHand()
  feed.want([whole], at(500), true)
  feed.want([part], at(500), true)
  assert.equal(questions.length, 1)
  await questions[0]?.answer()
  assert.equal(questions.length, 2)
  assert.deepEqual(questions[1]?.requests, [part])
  await questions[1]?.answer()
  assert.equal(shown('raw'), 1)
})

test('what is trained through is not asked for again, until a new attempt may have trained it anew', async () => {
  const { feed, questions, pass } = feedByHand()
  feed.want([part], at(150), true)
  await questions[0]?.answer()
  pass(250)
  feed.want([part], at(250), true)
  await questions[1]?.answer()
  pass(250)
  feed.want([part], at(300), true)
  feed.want([part], at(400), true)
  assert.equal(questions.length, 2)
  feed.want([part], at(400, 2), true)
  assert.equal(questions.length, 3)
})

test('a centred average looks ahead: its window is asked for until the steps beyond it are there too', async () => {
  const smooth = { ...part, smoothing: { kind: 'window', steps: 101 } } as const
  const { feed, questions, pass } = feedByHand()
  feed.want([smooth], at(210), true)
  await questions[0]?.answer()
  pass(250)
  feed.want([smooth], at(260), true)
  assert.equal(questions.length, 2)
  await questions[1]?.answer()
  pass(250)
  feed.want([smooth], at(300), true)
  assert.equal(questions.length, 2)
})

test('what the host has at hand does not wait for a smoothing that is new to it', async () => {
  const smooth = { ...whole, slot: 'smooth', smoothing: { kind: 'ema', weight: 0.9 } } as const
  const { feed, questions } = feedByHand()
  feed.want([whole, smooth], at(500), true)
  assert.deepEqual(questions[0]?.requests, [whole])
  await questions[0]?.answer()
  assert.deepEqual(questions[1]?.requests, [smooth])
  await questions[1]?.answer()
  const moved = [part, { ...smooth, fromStep: 100, toStep: 199 }]
  feed.want(moved, at(500), true)
  assert.deepEqual(questions[2]?.requests, moved)
})

test('only what is stale is asked for, and what nobody wants any more goes', async () => {
  const { feed, questions, pass, shown } = feedByHand()
  const done = { ...part, slot: 'cycle 0' }
  const going = { ...part, slot: 'cycle 1', fromStep: 200, toStep: 299 }
  feed.want([done, going], at(250), true)
  await questions[0]?.answer()
  pass(250)
  feed.want([done, going], at(260), true)
  assert.deepEqual(questions[1]?.requests, [going])
  await questions[1]?.answer()
  assert.deepEqual([shown('cycle 0'), shown('cycle 1')], [0, 1])
  pass(250)
  feed.want([going], at(270), true)
  await questions[2]?.answer()
  assert.equal(shown('cycle 0'), undefined)
})

test('out of sight nothing is asked; in sight again, what has changed meanwhile is', async () => {
  const { feed, questions, pass } = feedByHand()
  feed.want([whole], at(10), true)
  await questions[0]?.answer()
  feed.want([whole], at(20), true)
  feed.want([whole], at(30), false)
  pass(10_000)
  assert.equal(questions.length, 1)
  feed.want([whole], at(40), true)
  assert.equal(questions.length, 2)
})

test('after a failure the last lines stand, and it is tried again two seconds later', async () => {
  const { feed, questions, pass, shown } = feedByHand()
  feed.want([whole], at(10), true)
  await questions[0]?.answer()
  pass(250)
  feed.want([whole], at(20), true)
  await questions[1]?.refuse(new Error('no answer'))
  assert.match(String(feed.state().error), /no answer/)
  assert.equal(shown('raw'), 0)
  pass(1_999)
  assert.equal(questions.length, 2)
  pass(1)
  await questions[2]?.answer()
  assert.equal(feed.state().error, undefined)
  assert.equal(shown('raw'), 2)
})
