import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildTimetable, initialPlan } from '../../../../shared/run/plan.ts'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import { compileSchedule } from '../../../../shared/schedule/index.ts'
import { parseStudySpec } from '../../../../shared/study/spec.ts'
import { splitDataset } from '../../../../src-main/datasets/split.ts'
import { checkDraft } from '../../../../src-renderer/pages/new-run/model/check.ts'
import { aboutTime, secondsOf, sizeText } from '../../../../src-renderer/pages/new-run/model/cost.ts'
import {
  defaultSpec,
  freshDraft,
  keepDraft,
  recallDraft,
  specFrom,
  specJson,
  trainJson,
} from '../../../../src-renderer/pages/new-run/model/draft.ts'
import { problemAt, readNumber, readNumbers } from '../../../../src-renderer/pages/new-run/model/fields.ts'
import { cutOf } from '../../../../src-renderer/pages/new-run/model/mend.ts'
import { trainExamples } from '../../../../src-renderer/pages/new-run/model/plan.ts'
import { previewOf, snapshotsOf } from '../../../../src-renderer/pages/new-run/model/preview.ts'
import { readSpecJson } from '../../../../src-renderer/pages/new-run/model/readJson.ts'
import { setAt } from '../../../../src-renderer/pages/new-run/model/tree.ts'
import { draftOfWeights, weightsOf } from '../../../../src-renderer/pages/new-run/model/weights.ts'
import { freshStudy, switchKind } from '../../../../src-renderer/pages/studies/new/studyDraft.ts'

const shelfOf = (texts = new Map<string, string>()) => ({
  getItem: (key: string) => texts.get(key) ?? null,
  setItem: (key: string, text: string) => void texts.set(key, text),
  removeItem: (key: string) => void texts.delete(key),
})

test('the form starts from a spec that is whole, with several whole cycles', () => {
  const checked = checkDraft(defaultSpec, 9000)
  assert.deepEqual(checked.problems, {})
  assert.ok(checked.compiled)
  assert.ok(checked.compiled.cycles.length >= 3)
  assert.ok(checked.compiled.cycles.every(({ complete }) => complete))
  assert.deepEqual(parseRunSpec(defaultSpec), defaultSpec)
})

test('text is a number only where all of it is one', () => {
  assert.equal(readNumber(' 1e-3 '), 0.001)
  assert.equal(readNumber('.5'), 0.5)
  for (const text of ['', '0x10', '1,5', 'abc', '1e999', '1 2', '--1', 'NaN', 'Infinity', '5 %']) {
    assert.equal(typeof readNumber(text), 'string', text)
  }
  assert.deepEqual(readNumbers('16, 32 x'), [16, 32, 'x'])
})

test('what is typed wrong is kept in the draft and told at its field, in words with the value', () => {
  const wrong = setAt(setAt(defaultSpec, ['schedule', 'lrMax'], 'fast'), ['model', 'filters', 1], 0.5)
  const { spec, problems } = checkDraft(wrong, 9000)
  assert.equal(spec, undefined)
  assert.equal(
    problemAt(problems, 'schedule.lrMax', 'Highest rate'),
    'Highest rate must be a number (received "fast").',
  )
  assert.match(
    problemAt(problems, 'model.filters', 'Filters') ?? '',
    /^Filters must be a whole number .*received 0\.5/,
  )
  const empty = checkDraft(setAt(defaultSpec, ['budget', 'epochs'], ''), 9000).problems
  assert.match(problemAt(empty, 'budget.epochs', 'Budget') ?? '', /must be a number \(received nothing\)/)
})

test('what only shows in the plan is told at the field it comes from', () => {
  const large = checkDraft(setAt(defaultSpec, ['batchSize'], 20_000), 9000).problems
  assert.match(large.batchSize?.sentence ?? '', /batchSize must be at most .* 9000 \(received 20000\)/)
  const short = checkDraft(setAt(defaultSpec, ['budget', 'epochs'], 0.001), 9000).problems
  assert.match(short['budget.epochs']?.sentence ?? '', /at least one step/)
  const formula = { kind: 'warmup', length: 1, schedule: { kind: 'formula', expression: 'base * (' } }
  const broken = checkDraft(setAt(defaultSpec, ['schedule'], formula), 9000).problems
  assert.match(broken['schedule.schedule.expression']?.sentence ?? '', /formula/)
  const once = { kind: 'formula', expression: 't == 101 ? -1 : base' }
  const long = setAt(setAt(defaultSpec, ['schedule'], once), ['budget'], { steps: 8200 })
  assert.match(checkDraft(long, 9000).problems['schedule.expression']?.sentence ?? '', /rate at step 101/)
  const plateau = setAt(
    setAt(defaultSpec, ['schedule'], { kind: 'plateau', lr: 0.1 }),
    ['dataset', 'validation'],
    0,
  )
  assert.match(checkDraft(plateau, 10_000).problems['dataset.validation']?.rule ?? '', /above 0/)
})

test('the JSON view reads what it writes, and names line or field of what it cannot', () => {
  assert.deepEqual(readSpecJson(specJson(defaultSpec)), { spec: defaultSpec })
  const problemsOf = (text: string): string => {
    const reading = readSpecJson(text)
    return 'problems' in reading ? reading.problems.join(' ') : ''
  }
  assert.match(problemsOf('{\n "budget": {"epochs": 1},\n oops }'), /^Line 3 is not JSON/)
  assert.match(problemsOf(specJson({ ...defaultSpec, batchsize: 3 })), /there is no such field/)
  assert.match(
    problemsOf(specJson(setAt(defaultSpec, ['schedule', 't0'], -1))),
    /schedule\.t0: must be at least/,
  )
  assert.match(problemsOf('[]'), /JSON object/)
  assert.match(problemsOf(''), /empty/)
  assert.match(problemsOf('['.repeat(300)), /nested/)
})

test('a draft survives a reload, wrong or not, and what is no draft is no draft', () => {
  const shelf = shelfOf()
  const draft = { ...freshDraft(), tree: setAt(defaultSpec, ['batchSize'], 'x'), json: '{', from: 'abc' }
  keepDraft(shelf, draft)
  assert.deepEqual(recallDraft(shelf), draft)
  assert.equal(recallDraft(shelfOf()), undefined)
  assert.equal(recallDraft(shelfOf(new Map([['anneal.newRun', '{']]))), undefined)
  assert.equal(recallDraft(shelfOf(new Map([['anneal.newRun', '{"tree": 3}']]))), undefined)
})

test('a run to start from gives all but its name', () => {
  assert.deepEqual(
    specFrom({ kind: 'training', spec: { ...defaultSpec, name: 'first' } }, undefined),
    defaultSpec,
  )
})

test('the examples for training are as many as the core’s own split leaves', () => {
  for (const [trainCount, testCount] of [
    [997, 0],
    [1000, 200],
  ] as const) {
    const labels = Uint16Array.from({ length: trainCount + testCount }, (_, i) => i % 7)
    const classes = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
    for (const validation of [0, 0.001, 0.1, 0.333, 0.5]) {
      const wanted = { validation, test: 0.2, seed: 3 }
      const split = splitDataset(labels, { classes, trainCount, testCount, name: 'x' }, wanted)
      assert.equal(trainExamples({ trainCount, testCount }, wanted), split.train.length)
    }
  }
})

test('snapshots are counted and placed as the training plan takes them', () => {
  const rules = [
    { at: 'cycleEnds' },
    { at: 'epochs', every: 5 },
    { at: 'last' },
    { at: 'steps', steps: [1, 7, 20] },
  ] as const
  for (const rule of rules) {
    for (const epochs of [12, 13.5, 4, 30]) {
      const spec = parseRunSpec({ ...defaultSpec, snapshots: rule, budget: { epochs } })
      const plan = initialPlan(spec, 640)
      const training = buildTimetable(spec, { plan, edits: [] })
      const steps = Array.from({ length: plan.totalSteps }, (_, i) => i).filter(
        (step) => training.snapshotAfter(step) !== undefined,
      )
      const told = snapshotsOf(spec.snapshots, plan, compileSchedule(spec.schedule, plan))
      const drawn = steps.map((step, i) => ({ number: i + 1, step }))
      assert.deepEqual(told, { count: steps.length, atLeast: false, drawn }, `${rule.at} ${epochs}`)
    }
  }
})

test('of very many snapshots some are drawn, evenly, with their numbers, and all are counted', () => {
  const spec = parseRunSpec({
    ...defaultSpec,
    schedule: { kind: 'sgdr', lrMax: 0.1, t0: 2, unit: 'step' },
    budget: { steps: 2000 },
  })
  const plan = initialPlan(spec, 9000)
  const { count, drawn } = snapshotsOf(spec.snapshots, plan, compileSchedule(spec.schedule, plan))
  assert.deepEqual([count, drawn.length], [1000, 300])
  assert.deepEqual(
    [drawn[0], drawn.at(-1)],
    [
      { number: 1, step: 1 },
      { number: 1000, step: 1999 },
    ],
  )
  assert.ok(drawn.every(({ number, step }) => step === 2 * number - 1))
})

test('a budget that cuts the last cycle is named with a shorter and a longer one that do not', () => {
  for (const [schedule, budget] of [
    [{ kind: 'sgdr', lrMax: 0.05, t0: 10, tMult: 2 }, { epochs: 100 }],
    [{ kind: 'sgdr', lrMax: 0.05, t0: 3 }, { epochs: 13.5 }],
    [{ kind: 'cyclical', lrMin: 0.1, lrMax: 0.2, stepUp: 2 }, { steps: 700 }],
    [{ kind: 'snapshot', lrMax: 0.05, cycles: 6 }, { steps: 1000 }],
  ] as const) {
    const spec = parseRunSpec({ ...defaultSpec, schedule, budget })
    const plan = initialPlan(spec, 9000)
    const cut = cutOf(spec.schedule, plan, compileSchedule(spec.schedule, plan), spec.budget)
    assert.ok(cut !== undefined && cut.budgets.length > 0, schedule.kind)
    for (const { budget: better } of cut.budgets) {
      const mended = parseRunSpec({ ...spec, budget: better })
      const whole = initialPlan(mended, 9000)
      const compiled = compileSchedule(mended.schedule, whole)
      assert.equal(compiled.cycles.at(-1)?.complete, true, schedule.kind)
      assert.equal(cutOf(mended.schedule, whole, compiled, mended.budget), undefined)
    }
  }
  const spec = parseRunSpec({
    ...defaultSpec,
    schedule: { kind: 'sgdr', lrMax: 0.05, t0: 10, tMult: 2 },
    budget: { epochs: 100 },
  })
  const plan = initialPlan(spec, 9000)
  const cut = cutOf(spec.schedule, plan, compileSchedule(spec.schedule, plan), spec.budget)
  assert.equal(cut?.words, 'Cycle 4 will be cut at 37 %: no snapshot.')
  assert.deepEqual(
    cut?.budgets.map(({ button }) => button),
    ['Make the budget 70\u202fepochs', 'or 150\u202fepochs'],
  )
})

test('the preview of a million steps is a thousand points at most, each the schedule’s own', () => {
  const spec = parseRunSpec({
    ...defaultSpec,
    schedule: { kind: 'oneCycle', lrMax: 0.1, momentum: { curve: 'inverse', low: 0.85, high: 0.95 } },
  })
  const compiled = compileSchedule(spec.schedule, { totalSteps: 1_000_000, stepsPerEpoch: 140 })
  const { steps, rates, momenta } = previewOf(compiled)
  assert.ok(steps.length < 1000)
  steps.forEach((step, i) => {
    assert.equal(compiled.at(step).lr, rates[i])
    assert.equal(compiled.at(step).momentum, momenta?.[i])
  })
})

test('the cost is told in words', () => {
  const plan = initialPlan(defaultSpec, 9000)
  const snapshots = snapshotsOf(defaultSpec.snapshots, plan, compileSchedule(defaultSpec.schedule, plan))
  assert.equal(sizeText(defaultSpec, snapshots), '12\u202fepochs, 4\u202fsnapshots')
  const estimate = {
    secondsPerStep: 0.01,
    secondsPerEvaluation: 0.5,
    source: 'measured',
    device: 'cpu',
  } as const
  assert.equal(secondsOf(estimate, defaultSpec, plan, snapshots), 1680 * 0.01 + (12 + 4) * 0.5)
  // The average of the weights is evaluated once more with each of the four snapshots.
  const averaged = parseRunSpec({ ...defaultSpec, ema: {} })
  assert.equal(secondsOf(estimate, averaged, plan, snapshots), 1680 * 0.01 + (12 + 2 * 4) * 0.5)
  assert.equal(aboutTime(0.2), 'about 1\u202fs')
  assert.equal(aboutTime(23), 'about 25\u202fs')
  assert.equal(aboutTime(170), 'about 3\u202fmin')
  assert.equal(aboutTime(7260), 'about 2\u202fh 01\u202fm')
})

test('a range test lends all but its ramp: schedule and budget are those of the draft', () => {
  const ramp = parseRunSpec({
    ...defaultSpec,
    name: 'Range test: first',
    batchSize: 32,
    schedule: { kind: 'geometric', lrStart: 1e-7, lrEnd: 10 },
    budget: { steps: 100 },
    snapshots: { at: 'last' },
  })
  const draft = { ...defaultSpec, schedule: { kind: 'oneCycle', lrMax: 0.2 }, budget: { epochs: 3 } }
  const { schedule, budget, batchSize, snapshots, name } = specFrom({ kind: 'rateTest', spec: ramp }, draft)
  assert.deepEqual([schedule.kind, budget, batchSize], ['oneCycle', { epochs: 3 }, 32])
  assert.deepEqual([snapshots, name], [defaultSpec.snapshots, undefined])
  // A draft that is not valid has none to lend.
  assert.deepEqual(
    specFrom({ kind: 'rateTest', spec: ramp }, { schedule: 'x' }).schedule,
    defaultSpec.schedule,
  )
})

test('initial weights are a snapshot by its number, a file by its path, or random, and survive a reload', () => {
  const of = (text: string) => weightsOf({ text, partly: true })
  assert.equal(of('  '), undefined)
  assert.deepEqual(of('12'), { of: { snapshotId: 12 }, partly: true })
  assert.deepEqual(of('snapshot 12 of a run of mine'), { of: { snapshotId: 12 }, partly: true })
  assert.deepEqual(of(' /models/12 of 13.safetensors '), {
    of: { file: '/models/12 of 13.safetensors' },
    partly: true,
  })
  const shelf = shelfOf()
  const weights = { text: 'snapshot 3 of first', partly: true }
  keepDraft(shelf, { ...freshDraft(), weights })
  assert.deepEqual(recallDraft(shelf)?.weights, weights)
})

test('what "Copy train spec" writes is read back with its weights, and a study of the run begins with them', () => {
  const texts = ['snapshot 3', '/models/a b.safetensors', 'what run 3kq7 began with']
  for (const text of texts) {
    const weights = { text, partly: true }
    assert.deepEqual(draftOfWeights(weightsOf(weights)), weights)
    const copied = trainJson({ ...freshDraft(), weights })
    assert.deepEqual(readSpecJson(copied), { spec: defaultSpec, initialWeights: weightsOf(weights) })
    const { tree } = freshStudy('sweep', defaultSpec, weightsOf(weights))
    const asked = switchKind({ tree, json: undefined, others: {}, texts: {}, placement: null }, 'budget')
    for (const each of [tree, asked.tree])
      assert.deepEqual(parseStudySpec(each).initialWeights, weightsOf(weights))
  }
  assert.equal(trainJson(freshDraft()), specJson(defaultSpec))
  assert.ok('problems' in readSpecJson(specJson({ ...defaultSpec, initialWeights: { of: {} } })))
})
