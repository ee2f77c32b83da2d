import assert from 'node:assert/strict'
import { test } from 'node:test'
import { originOf } from '../../../shared/run/origin.ts'
import { rateTestSettings } from '../../../shared/run/rateTest.ts'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { readRateTest } from '../../../shared/study/rateTest.ts'
import { accuracyLines, lossFrame, lossLines } from '../../../src-renderer/rate-test/curves.ts'
import { placeFlags } from '../../../src-renderer/rate-test/flags.ts'
import { marksOf } from '../../../src-renderer/rate-test/marks.ts'
import { changedSince, progressText, settingsText, startText } from '../../../src-renderer/rate-test/words.ts'

const settings = rateTestSettings.parse({})

/** A test that falls, finds its valley and bursts: by the host's own reading. */
function readCurve(
  steps = 100,
  lossAt = (part: number) => 2.3 - 1.6 * Math.exp(-((part - 0.7) ** 2) / 0.03),
) {
  const parts = Array.from({ length: steps }, (_, i) => i / (steps - 1))
  const lrs = parts.map((part) => settings.from * (settings.to / settings.from) ** part)
  const losses = parts.map((part) => (part > 0.85 ? 2.3 * 4 ** ((part - 0.85) * 40) : lossAt(part)))
  const accuracies = losses.map((loss) => Math.max(0.1, Math.min(1, 1.2 - loss / 2)))
  const reading = readRateTest(settings, { lrs, losses, accuracies }, true)
  const count = reading.stop === null ? steps : reading.stop.step + 1
  const points = lrs.slice(0, count).map((lr, step) => ({
    step,
    lr,
    loss: losses[step] ?? null,
    smoothed: reading.smoothed[step] ?? null,
    accuracy: accuracies[step] ?? null,
  }))
  return { ...reading, points, settings }
}

test('all six marks are listed, each with what it is and when it misleads', () => {
  const marks = marksOf(readCurve())
  assert.deepEqual(
    marks.map(({ label }) => label),
    ['Valley', 'Steepest', 'Minimum / 10', 'Slide', "Smith's lower bound", "Smith's upper bound"],
  )
  for (const { about, misleads, rate, label } of marks) {
    assert(about.endsWith('.') && misleads.endsWith('.'))
    assert(rate !== null && rate > 0, label)
  }
  // Told apart by colour and by dash.
  assert.equal(new Set(marks.map(({ color, dash }) => `${color} ${dash}`)).size, 6)
})

test('a mark that the curve does not have is listed without a rate', () => {
  const none = { valley: null, steep: null, minimum: null, slide: null }
  assert(marksOf({ suggestions: none, bounds: null }).every(({ rate }) => rate === null))
})

test('both losses and both accuracies are drawn against the rate, the raw ones thin', () => {
  const { points } = readCurve()
  const [raw, smoothed] = lossLines(points)
  assert.equal(raw?.faint, true)
  assert.equal(smoothed?.faint, undefined)
  assert.deepEqual(
    raw?.x,
    points.map(({ lr }) => lr),
  )
  assert.deepEqual(
    smoothed?.y,
    points.map(({ smoothed: one }) => one),
  )
  assert.match(accuracyLines(points)[1]?.label ?? '', /^mean of 9 steps$/)
})

test('a loss that is no number is a gap that is marked, once', () => {
  const broken = { step: 3, lr: 0.4, loss: null, smoothed: null, accuracy: null }
  const points = [0.1, 0.2, 0.3].map((lr, step) => ({ step, lr, loss: 2, smoothed: 2, accuracy: 0.1 }))
  const [raw, smoothed] = lossLines([...points, broken])
  assert.deepEqual(raw?.y, [2, 2, 2, null])
  assert.deepEqual(smoothed?.y, [2, 2, 2])
})

test('very long tests are drawn with some hundred points, the extremes among them', () => {
  const points = Array.from({ length: 20_000 }, (_, step) => ({
    step,
    lr: 1e-3 + step * 1e-5,
    loss: step === 7_777 ? 99 : 2,
    smoothed: 2,
    accuracy: 0.5,
  }))
  const [raw] = lossLines(points)
  assert((raw?.x.length ?? 0) < 700)
  assert(raw?.y.includes(99))
})

test('words of neighbouring marks take rows of their own, and turn where the plot ends', () => {
  const at = (x: number, words: string) => ({ of: words, x, words })
  const flags = placeFlags(
    [at(390, 'Slide'), at(100, 'Valley'), at(110, 'Steepest'), at(320, 'Minimum')],
    400,
  )
  assert.deepEqual(
    flags.map(({ of, row, side }) => [of, row, side]),
    [
      ['Valley', 0, 'right'],
      ['Steepest', 1, 'right'],
      ['Minimum', 0, 'right'],
      ['Slide', 1, 'left'],
    ],
  )
})

test('settings, start and end of a test in words', () => {
  assert.match(
    settingsText(settings),
    /exponential from 1e-7 to 10 in 100.steps, .* stops at 4 × the least loss/,
  )
  assert.match(settingsText({ ...settings, stopAt: null }), /goes on to the highest rate/)
  assert.equal(startText({ origin: null }, undefined), 'from fresh weights')
  const origin = originOf('branch', { id: 'r1', name: 'as it was', origin: null }, 40, 'x')
  assert.match(startText({ origin }, { name: 'first' }), /^from first after 40.steps$/)
  assert.match(startText({ origin }, undefined), /^from as it was after 40.steps$/)

  const { points, stop } = readCurve()
  const ended = { settings, points, stoppedAt: stop?.step ?? null, stoppedFor: stop?.why ?? null }
  assert.match(
    progressText({ status: 'completed', stepsDone: 90 }, ended) ?? '',
    /^stopped after \d+ of 100.steps, at rate .*4 × its least$/,
  )
  assert.match(
    progressText(
      { status: 'running', stepsDone: 10 },
      { ...ended, points: points.slice(0, 10), stoppedAt: null },
    ) ?? '',
    /^step 10 of 100, at rate /,
  )
  assert.match(
    progressText(
      { status: 'stopped', stepsDone: 10 },
      { ...ended, points: points.slice(0, 10), stoppedAt: null },
    ) ?? '',
    /^ended after 10 of 100/,
  )
  assert.equal(progressText({ status: 'queued', stepsDone: 0 }, undefined), 'waits in the queue')
})

test('the frame of the loss is that of the fall; the burst after it lies outside', () => {
  const { points } = readCurve()
  const [low = 0, high = 0] = lossFrame(points) ?? []
  assert(low > 0 && low <= 0.71 && high >= 2.3 && high < 3.5, `${low} to ${high}`)
  assert(points.some(({ loss }) => (loss ?? 0) > high))
  // What only rises is seen to rise.
  const rising = [2, 2.1, 2.2, 5].map((loss, step) => ({
    step,
    lr: step + 1,
    loss,
    smoothed: loss,
    accuracy: 0,
  }))
  assert((lossFrame(rising)?.[1] ?? 0) >= 3)
  assert.equal(lossFrame([]), undefined)
  assert.equal(lossFrame([{ step: 0, lr: 1, loss: null, smoothed: null, accuracy: null }]), undefined)
})

test('a test holds for the run that was tested, and the form says where it has become another', () => {
  const spec = { schedule: { kind: 'constant', lr: 0.1 }, budget: { epochs: 2 }, model: { kind: 'softmax' } }
  const then = parseRunSpec({ ...spec, name: 'Range test', budget: { steps: 100 } })
  assert.equal(changedSince(then, parseRunSpec({ ...spec, seed: 7 })), undefined)
  assert.equal(changedSince(then, undefined), undefined)
  const now = parseRunSpec({ ...spec, model: { kind: 'mlp' }, batchSize: 32, optimizer: { kind: 'adam' } })
  assert.match(changedSince(then, now) ?? '', /since this test: model, optimizer and batch size\./)
  assert.match(
    changedSince(then, parseRunSpec({ ...spec, batchSize: 32 })) ?? '',
    /since this test: batch size\./,
  )
})
