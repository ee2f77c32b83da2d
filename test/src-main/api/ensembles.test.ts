import assert from 'node:assert/strict'
import { renameSync } from 'node:fs'
import { after, before, test } from 'node:test'
import type { EnsembleInfo } from '../../../shared/api/ensembles.ts'
import type { Services } from '../../../shared/api/services.ts'
import { createServices } from '../../../src-main/api/index.ts'
import { placeExamples } from '../../../src-main/ensembles/examplePlaces.ts'
import { findMistakes } from '../../../src-main/ensembles/mistakes.ts'
import type { SnapshotRecord } from '../../../src-main/store/types.ts'
import { type CoreLab, cloudsSpec, openLab } from '../runs/lab.ts'

/* Ensembles as a page saves, names, deletes and restores them, over two real runs of one split. */

let lab: CoreLab
let services: Services
let runIds: readonly string[]
let snapshots: readonly (readonly SnapshotRecord[])[]

before(async () => {
  lab = await openLab()
  services = createServices(lab.core, 'browser')
  const seeds = [1, 2]
  const ended = []
  for (const seed of seeds)
    ended.push((await (await lab.core.runs.launch(cloudsSpec(3, { seed }))).finished).run.id)
  runIds = ended
  snapshots = runIds.map((id) => lab.core.store.read.snapshots(id))
})
after(() => lab.close())

const member = (run: number, k: number, weight = 1) => ({ snapshotId: snapshots[run]?.[k]?.id ?? 0, weight })

/** Share of the examples whose weighted mean probability is highest for the label. */
function accuracyOf(
  members: readonly { snapshotId: number; weight: number }[],
  part: 'validation' | 'test',
): number {
  const stored = members.map(({ snapshotId, weight }) => ({
    weight,
    ...lab.core.store.read.predictions(snapshotId, part),
  }))
  const labels = [...(stored[0]?.labels ?? [])]
  const right = labels.filter((label, i) => {
    const sums = [0, 1, 2].map((c) =>
      stored.reduce((sum, { weight, probs }) => sum + weight * (probs?.[3 * i + c] ?? 0), 0),
    )
    return sums.indexOf(Math.max(...sums)) === label
  })
  return right.length / labels.length
}

const listed = (): readonly EnsembleInfo[] => services.ensembles.list({})

test('a saved ensemble has the scores that its members come to, whatever weights and runs it is of', () => {
  const members = [member(0, 2, 3), member(1, 1, 1), member(1, 2, 2)]
  const saved = services.ensembles.save({ name: 'both', method: 'weighted', members })
  assert.equal(saved.testAccuracy, accuracyOf(members, 'test'))
  assert.equal(saved.valAccuracy, accuracyOf(members, 'validation'))
  for (const key of [
    'valNll',
    'valBrier',
    'valEce',
    'testNll',
    'testBrier',
    'testEce',
    'bestSingleTestAccuracy',
  ])
    assert.equal(typeof saved.scores[key], 'number', key)
  const weights = new Map(saved.members.map(({ snapshotId, weight }) => [snapshotId, weight]))
  assert.deepEqual(
    members.map(({ snapshotId }) => weights.get(snapshotId)),
    [0.5, 1 / 6, 1 / 3],
  )
  assert.deepEqual(new Set(saved.members.map(({ runId }) => runId)), new Set(runIds))
  for (const runId of runIds) {
    assert.deepEqual(services.ensembles.list({ runId }), [saved])
    assert.deepEqual(services.runs.get(runId).ensemble?.id, saved.id)
  }
  services.ensembles.remove([saved.id])
})

test('deleting hides an ensemble from every list, and restoring brings it back as it was', () => {
  const { id } = services.ensembles.save({
    name: 'one',
    method: 'average',
    members: [member(0, 0), member(0, 1)],
  })
  services.ensembles.rename({ id, name: 'renamed' })
  const before = listed()
  assert.deepEqual(
    before.map(({ name }) => name),
    ['renamed'],
  )
  services.ensembles.remove([id])
  assert.deepEqual(listed(), [])
  assert.equal(services.runs.get(runIds[0] ?? '').ensemble, null)
  services.ensembles.restore([id])
  assert.deepEqual(listed(), before)
  // With the run of its members it goes and comes.
  services.runs.remove([runIds[0] ?? ''])
  assert.deepEqual(listed(), [])
  services.runs.restore([runIds[0] ?? ''])
  assert.deepEqual(listed(), before)
})

test('a deleted run comes back exactly as it was', async () => {
  const [id = ''] = runIds
  services.runs.annotate({ ids: [id], name: 'mine', note: 'n', favourite: true, addTags: ['b', 'a'] })
  const { read } = lab.core.store
  const everything = async () => ({
    summary: services.runs.get(id),
    epochs: read.epochs(id),
    snapshots: read.snapshots(id),
    loss: await services.series.view({
      runId: id,
      series: ['loss', 'lr'],
      points: 100,
      smoothing: { kind: 'none' },
    }),
    predictions: read.snapshots(id).map((each) => read.predictions(each.id, 'test')),
  })
  const before = await everything()
  services.runs.remove([id])
  await assert.rejects(everything, /is deleted; restore it first/)
  assert.deepEqual(
    services.runs.list({ of: 'deleted' }).map((each) => each.id),
    [id],
  )
  assert.ok(!services.runs.list({ of: 'current' }).some((each) => each.id === id))
  services.runs.remove([id])
  services.runs.restore([id])
  assert.deepEqual(await everything(), before)
  services.runs.annotate({ ids: [id], archived: true, removeTags: ['a'] })
  assert.deepEqual(
    services.runs.list({ of: 'archived' }).map(({ tags }) => tags),
    [['b']],
  )
  services.runs.annotate({ ids: [id], archived: false })
})

test('an active run is not deleted, nor are the others of the same request', async () => {
  const { id } = await services.runs.launch({ spec: cloudsSpec(100_000), when: 'now' })
  const both = [runIds[0] ?? '', id]
  assert.throws(
    () => services.runs.remove(both),
    new RegExp(`^UserError: While deleting run "${id}": it is running; stop it first\\.$`),
  )
  assert.throws(() => services.runs.purge(both), /stop it first/)
  assert.equal(services.runs.get(both[0] ?? '').id, both[0])
  await services.runs.command({ id, command: { type: 'stop', when: 'now' } })
  services.runs.purge([id])
  assert.throws(() => services.runs.restore([id]), /cannot come back/)
})

test('averaged weights are measured on the data, and refused of several runs', async () => {
  const [id = ''] = runIds
  const ids = (snapshots[0] ?? []).map((each) => each.id)
  const { test: scores, validation } = await services.ensembles.averageWeights({
    runId: id,
    snapshotIds: ids.slice(1),
  })
  assert.ok(scores !== null && validation !== null)
  for (const value of [scores.accuracy, validation.accuracy, scores.ece]) assert.ok(value >= 0 && value <= 1)
  assert.ok(scores.accuracy > 0.5, 'weights of neighbouring cycles of one run still tell the clouds apart')
  await assert.rejects(
    services.ensembles.averageWeights({ runId: id, snapshotIds: [ids[0] ?? 0, snapshots[1]?.[0]?.id ?? 0] }),
    /does not belong to run/,
  )
})

test('averaged weights are kept with the scores that were shown, or measured when nobody has looked', async () => {
  const [runId = ''] = runIds
  const [, b = 0, c = 0] = (snapshots[0] ?? []).map((each) => each.id)
  const shown = await services.ensembles.averageWeights({ runId, snapshotIds: [b, c] })
  // Measured once: without its data it can still be kept.
  const { folder } = await lab.core.catalogue.resolve('clouds')
  renameSync(folder, `${folder}-away`)
  const saved = await services.ensembles.saveWeightAverage({ name: 'mean', runId, snapshotIds: [c, b] })
  renameSync(`${folder}-away`, folder)
  assert.equal(saved.method, 'weightAverage')
  assert.deepEqual(
    saved.members.map(({ snapshotId, weight }) => [snapshotId, weight]),
    [
      [b, 0.5],
      [c, 0.5],
    ],
  )
  assert.equal(saved.testAccuracy, shown.test?.accuracy)
  assert.equal(saved.valAccuracy, shown.validation?.accuracy)
  assert.equal(saved.scores.testNll, shown.test?.nll)
  assert.deepEqual(
    listed().find(({ id }) => id === saved.id),
    saved,
  )

  // Another program on the lab has measured nothing.
  const other = createServices(lab.another(), 'browser')
  const again = await other.ensembles.saveWeightAverage({ name: 'mean too', runId, snapshotIds: [b, c] })
  assert.deepEqual([again.testAccuracy, again.scores.testNll], [saved.testAccuracy, saved.scores.testNll])
})

test('the demo is launched as it is shipped', async () => {
  const demo = await services.runs.launchDemo()
  assert.equal(demo.name, 'SGDR on Fashion-MNIST')
  assert.equal(demo.spec.dataset.name, 'fashion-mnist-12k')
  assert.ok(['created', 'running'].includes(demo.status))
  assert.deepEqual(await services.runs.command({ id: demo.id, command: { type: 'stop', when: 'now' } }), {
    outcome: 'obeyed',
  })
})

test('rows of stored predictions are placed in the data set, part by part', async () => {
  const snapshotId = snapshots[0]?.[0]?.id ?? 0
  const taken = new Set<number>()
  for (const part of ['validation', 'test'] as const) {
    const places = await services.mistakes.place({ snapshotId, part })
    assert.ok(places.state === 'known')
    const labels = lab.core.store.read.predictions(snapshotId, part)?.labels ?? []
    assert.equal(places.examples.length, labels.length)
    const indices = places.examples.slice(0, 20)
    const { rows } = await services.datasets.rows({ id: places.datasetId, indices })
    assert.deepEqual(
      rows.map(({ label }) => label),
      indices.map((_, row) => places.classes[labels[row] ?? -1]),
    )
    for (const example of places.examples) {
      assert.ok(!taken.has(example), `example ${example} is in both parts`)
      taken.add(example)
    }
  }
  await assert.rejects(services.mistakes.place({ snapshotId: 999, part: 'test' }), /999/)
})

test('the examples that rows are placed at are those that the model answered', async () => {
  const snapshotId = snapshots[1]?.[2]?.id ?? 0
  for (const part of ['validation', 'test'] as const) {
    const places = await services.mistakes.place({ snapshotId, part })
    assert.ok(places.state === 'known')
    const indices = places.examples.slice(0, 30)
    const { rows } = await services.datasets.rows({ id: places.datasetId, indices })
    const { probs } = lab.core.store.read.predictions(snapshotId, part) ?? {}
    for (const [row, { values }] of rows.entries())
      for (const [c, p] of answerOf(snapshotId, values).entries())
        assert.ok(Math.abs(p - (probs?.[3 * row + c] ?? Number.NaN)) < 1e-5, `${part} row ${row}, class ${c}`)
  }
})

/** Stored bytes, which may begin anywhere. */
const floatsOf = (bytes: Uint8Array | undefined): Float32Array =>
  new Float32Array(new Uint8Array(bytes ?? []).buffer)

/** A multilayer perceptron once more: standardised features, matrix [inputs, outputs] and bias a layer, ReLU between, softmax. */
function answerOf(snapshotId: number, features: readonly number[]): number[] {
  const { tensors, normalisation } = lab.core.store.read.snapshotModel(snapshotId)
  const weights = tensors.filter(({ role }) => role === 'weight')
  let x = features.map((value, k) => (value - (normalisation.mean[k] ?? 0)) / (normalisation.std[k] ?? 1))
  for (let layer = 0; layer < weights.length; layer += 2) {
    const [matrix, bias] = [floatsOf(weights[layer]?.data), floatsOf(weights[layer + 1]?.data)]
    const isLast = layer + 2 === weights.length
    const sums = [...bias].map((b, out) =>
      x.reduce((sum, v, k) => sum + v * (matrix[k * bias.length + out] ?? 0), b),
    )
    x = isLast ? sums : sums.map((sum) => Math.max(0, sum))
  }
  const odds = x.map(Math.exp)
  return odds.map((odd) => odd / odds.reduce((sum, each) => sum + each, 0))
}

test('without the data set, or with another in its place, numbers stand without examples and say why', async () => {
  const asked = { snapshotId: snapshots[0]?.[0]?.id ?? 0, part: 'test' } as const
  const { folder } = await lab.core.catalogue.resolve('clouds')
  renameSync(folder, `${folder}-away`)
  // Another program on the lab has not read the data set before.
  const missing = await createServices(lab.another(), 'browser').mistakes.place(asked)
  renameSync(`${folder}-away`, folder)
  assert.ok(missing.state === 'unknown')
  assert.match(missing.reason, /clouds|[0-9a-f]{16}/)

  const catalogue = lab.core.catalogue
  const labels = async (dataset: Parameters<typeof catalogue.labels>[0]) =>
    (await catalogue.labels(dataset)).map((label) => (label + 1) % 3)
  const core = { store: lab.core.store, catalogue: { ...catalogue, labels } }
  const changed = await placeExamples(core, asked)
  assert.deepEqual(changed, {
    state: 'unknown',
    reason: 'The data set clouds has other examples in its test part than were predicted.',
  })
  assert.equal((await services.mistakes.place(asked)).state, 'known')
})

test('the command line finds the mistakes that the window counts', () => {
  const members = [member(0, 1), member(1, 2)]
  for (const part of ['validation', 'test'] as const) {
    const { report } = findMistakes(lab.core.store, { method: 'average', members }, part)
    assert.equal(report.accuracy, accuracyOf(members, part))
  }
})
