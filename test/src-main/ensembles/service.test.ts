import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { z } from 'zod'
import { score, softmaxRows } from '../../../shared/ensemble/index.ts'
import { UserError } from '../../../shared/errors.ts'
import { parseRunSpec } from '../../../shared/run/spec.ts'
import { createCatalogue } from '../../../src-main/datasets/index.ts'
import { createDevices } from '../../../src-main/devices/index.ts'
import { createEnsembleService, type EnsembleService } from '../../../src-main/ensembles/service.ts'
import { openStore } from '../../../src-main/store/index.ts'
import type { Store } from '../../../src-main/store/types.ts'

/* Stored predictions in, the reference's numbers out: to the precision of the float32 they are stored in. */

const block = z.object({ accuracy: z.number(), nll: z.number(), brier: z.number(), ece: z.number() })
const goldenCase = z.object({
  name: z.string(),
  classes: z.number(),
  logits: z.array(z.array(z.array(z.number()))),
  labels: z.array(z.number()),
  expected: z.object({
    members: z.array(block),
    average: block,
    logitAverage: block,
    meanPairwiseDisagreement: z.number().nullable(),
    meanPairwiseErrorCorrelation: z.number().nullable(),
    oracleAccuracy: z.number(),
  }),
})
type Case = z.infer<typeof goldenCase>

const cases = z
  .array(goldenCase)
  .parse(JSON.parse(readFileSync(new URL('../../golden/cases/ensemble.json', import.meta.url), 'utf8')))

let folder: string
let store: Store
let service: EnsembleService

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'anneal-ensemble-'))
  store = openStore(path.join(folder, 'anneal.db'))
  store.write.putDataset({ id: '0123456789abcdef', name: 'd', folder, meta: {} })
  service = createEnsembleService(store, createCatalogue(folder), createDevices())
})
after(() => {
  store.close()
  rmSync(folder, { recursive: true, force: true })
})

for (const example of cases) {
  test(`${example.name}: scores of members and ensembles are the reference's`, () => {
    const runId = storeRun(example, ['validation', 'test'])
    const average = service.evaluate({ runId })
    const { expected } = example
    for (const [i, member] of average.members.entries()) assertScores(member.test, expected.members[i])
    assertScores(average.test, expected.average)
    assertScores(average.validation, expected.average)
    assertScores(service.evaluate({ runId, method: 'logitAverage' }).test, expected.logitAverage)
    const most = Math.max(...expected.members.map(({ accuracy }) => accuracy))
    assert.equal(average.bestSingle.test?.accuracy, most)
    assert.equal(average.last.length, example.logits.length)
    assertScores(average.last.at(-1) ?? null, expected.average)
    assertScores(average.last[0] ?? null, expected.members.at(-1))
    assertNear(average.diversity.disagreement, expected.meanPairwiseDisagreement)
    assertNear(average.diversity.errorCorrelation, expected.meanPairwiseErrorCorrelation)
    assertNear(average.diversity.oracleAccuracy, expected.oracleAccuracy)
  })
}

test('weights are chosen on validation data, and judged on test data', () => {
  const [example] = cases
  assert.ok(example !== undefined)
  const runId = storeRun(example, ['validation', 'test'])
  const { members, test: scores } = service.evaluate({ runId, method: 'weighted' })
  assert.ok(Math.abs(members.reduce((sum, { weight }) => sum + weight, 0) - 1) < 1e-12)
  const plain = service.evaluate({ runId }).test
  assert.ok(
    (scores?.nll ?? 9) <= (plain?.nll ?? 0),
    'here both parts are the same, so choosing cannot be worse',
  )
  const withoutValidation = storeRun(example, ['test'])
  assert.throws(() => service.evaluate({ runId: withoutValidation, method: 'weighted' }), UserError)
  assert.equal(service.evaluate({ runId: withoutValidation }).validation, null)
})

test('without a test part the validation part judges', () => {
  const [example] = cases
  assert.ok(example !== undefined)
  const result = service.evaluate({ runId: storeRun(example, ['validation']) })
  assert.equal(result.judgedOn, 'validation')
  assert.equal(result.test, null)
  assertScores(result.validation, example.expected.average)
})

test('an ensemble is kept with its members and scores', () => {
  const [example] = cases
  assert.ok(example !== undefined)
  const runId = storeRun(example, ['validation', 'test'])
  const [first, , third] = store.read.snapshots(runId)
  assert.ok(first !== undefined && third !== undefined)
  const result = service.evaluate({ runId, snapshotIds: [third.id, first.id] })
  assert.deepEqual(
    result.members.map(({ snapshot }) => snapshot.cycle),
    [1, 3],
    'oldest first',
  )
  const saved = service.save('first and third', result)
  const [found] = store.read.ensembles(runId)
  assert.deepEqual(found, saved)
  assert.deepEqual(found?.members, [
    { snapshotId: first.id, weight: 0.5 },
    { snapshotId: third.id, weight: 0.5 },
  ])
  assert.equal(found?.testAccuracy, result.test?.accuracy)
  assert.throws(
    () => service.evaluate({ runId, snapshotIds: [first.id, first.id] }),
    /name each snapshot once/,
  )
  assert.throws(() => service.evaluate({ runId, snapshotIds: [9999] }), /snapshot 9999 does not belong/)
})

test('an ensemble is measured against the best snapshot of its run on validation, member or not', () => {
  const [example] = cases
  assert.ok(example !== undefined)
  const runId = storeRun(example, ['validation', 'test'])
  const snapshots = store.read.snapshots(runId)
  const accuracies = example.expected.members.map(({ accuracy }) => accuracy)
  const best = accuracies.indexOf(Math.max(...accuracies))
  const whole = service.evaluate({ runId })
  assert.equal(whole.bestSingle.snapshot.id, snapshots[best]?.id)
  assert.equal(whole.bestChosenOn, 'validation')
  const others = snapshots.filter((_, k) => k !== best).map(({ id }) => id)
  const some = service.evaluate({ runId, snapshotIds: others })
  assert.equal(some.bestSingle.snapshot.id, snapshots[best]?.id)
  assert.equal(some.bestSingle.weight, 0)
  assert.deepEqual(some.bestSingle.test, whole.bestSingle.test)
  const tested = service.evaluate({ runId: storeRun(example, ['test']) })
  assert.equal(tested.bestChosenOn, 'test')
})

test('members of two runs are worth what they are worth in one, with the weights given', () => {
  const [example] = cases
  assert.ok(example !== undefined)
  const parts = ['validation', 'test'] as const
  const whole = store.read.snapshots(storeRun(example, parts)).map(({ id }) => id)
  const [head, tail] = [example.logits.slice(0, 1), example.logits.slice(1)]
  const halves = [head, tail].flatMap((logits) =>
    store.read.snapshots(storeRun({ ...example, logits }, parts)).map(({ id }) => id),
  )
  const shares = whole.map((_, k) => k + 1)
  for (const method of ['average', 'logitAverage', 'weighted'] as const) {
    const [one, two] = [whole, halves].map((ids) =>
      service.evaluateMembers({
        method,
        members: ids.map((snapshotId, k) => ({ snapshotId, weight: shares[k] ?? 0 })),
      }),
    )
    assert.deepEqual(two?.test, one?.test)
    assert.deepEqual(two?.validation, one?.validation)
    const total = method === 'weighted' ? shares.reduce((a, b) => a + b, 0) : shares.length
    assert.deepEqual(
      two?.members.map(({ weight }) => weight),
      shares.map((share) => (method === 'weighted' ? share : 1) / total),
    )
  }
  const all = service.evaluateMembers({
    method: 'average',
    members: halves.map((snapshotId) => ({ snapshotId, weight: 1 })),
  })
  assertScores(all.test, example.expected.average)
})

test('members that answered other examples cannot be combined', () => {
  const [example] = cases
  assert.ok(example !== undefined)
  const labels = example.labels.map((label) => (label + 1) % example.classes)
  const members = [example, { ...example, labels }].flatMap((each) =>
    store.read.snapshots(storeRun(each, ['test'])).map(({ id }) => ({ snapshotId: id, weight: 1 })),
  )
  assert.throws(
    () => service.evaluateMembers({ method: 'average', members }),
    /scored on other test examples/,
  )
  assert.throws(
    () =>
      service.evaluateMembers({
        method: 'average',
        members: members.slice(0, 1).concat(members.slice(0, 1)),
      }),
    /name each snapshot once/,
  )
})

test('equal labels do not make one split of two: runs of other split seeds cannot be combined', () => {
  const [example] = cases
  assert.ok(example !== undefined)
  const members = [{}, { dataset: { seed: 2 } }].flatMap((more) =>
    store.read
      .snapshots(storeRun(example, ['validation', 'test'], more))
      .map(({ id }) => ({ snapshotId: id, weight: 1 })),
  )
  assert.throws(
    () => service.evaluateMembers({ method: 'average', members }),
    /split its data in another way \(validation 0.1, test 0.2, seed 2\).*seed 1\); combine runs of the same data/,
  )
})

test('a run without snapshots, or without held-out data, says so', () => {
  const [example] = cases
  assert.ok(example !== undefined)
  assert.throws(
    () => service.evaluate({ runId: storeRun({ ...example, logits: [] }, []) }),
    /completed and took no snapshots/,
  )
  assert.throws(() => service.evaluate({ runId: storeRun(example, []) }), /neither validation nor test/)
})

/** A finished run with a snapshot for every member, its predictions stored as the trainer sends them. */
function storeRun(
  { classes, logits, labels }: Case,
  parts: readonly ('validation' | 'test')[],
  more: Readonly<Record<string, unknown>> = {},
): string {
  const spec = parseRunSpec({ schedule: { kind: 'constant', lr: 0.1 }, budget: { steps: 10 }, ...more })
  const plan = { totalSteps: 10, stepsPerEpoch: 1 }
  const { id: runId } = store.write.createRun({ spec, datasetId: '0123456789abcdef', plan, totalSteps: 10 })
  const { attempt } = store.write.claimRun(runId)
  const position = { stepsDone: 1, epoch: { lossSum: 0, correct: 0, examples: 0 }, optimizerScalars: {} }
  const accuracyOn = (part: 'validation' | 'test', member: readonly (readonly number[])[]) =>
    parts.includes(part) ? score(softmaxRows(member.flat(), classes), { labels, classes }).accuracy : null
  const accepted = store.record(
    logits.map((member, k) => ({
      ...{ runId, attempt, seq: k, type: 'snapshot', cycle: k + 1, step: k, lr: 0.1, weightsSha256: `${k}` },
      ...{ valLoss: null, valAccuracy: accuracyOn('validation', member), testLoss: null },
      testAccuracy: accuracyOn('test', member),
      normalisation: { mean: [0], std: [1] },
      state: { position, tensors: [] },
      predictions: parts.map((part) => ({
        part,
        classes,
        probs: Float32Array.from(softmaxRows(member.flat(), classes)),
        labels: Uint16Array.from(labels),
      })),
    })),
  )
  assert.ok(accepted)
  store.write.setStatus(runId, 'completed')
  return runId
}

function assertScores(got: z.infer<typeof block> | null, want: z.infer<typeof block> | undefined): void {
  assert.ok(got !== null && want !== undefined)
  assert.equal(got.accuracy, want.accuracy)
  for (const key of ['nll', 'brier', 'ece'] as const) assertNear(got[key], want[key])
}

function assertNear(got: number | null, want: number | null): void {
  if (got === null || want === null) assert.equal(got, want)
  else assert.ok(Math.abs(got - want) <= 1e-6 * Math.max(1, Math.abs(want)), `${got} for ${want}`)
}
