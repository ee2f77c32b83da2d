import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, describe, test } from 'node:test'
import { connect } from '../../../src-main/store/database.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { cloudsCsv } from '../../e2e/lab.ts'
import { type CoreLab, cloudsSpec, openLab } from './lab.ts'

/* Runs that begin with the state of another one: what is stored, what is refused, and the bits they end with. */

let lab: CoreLab
let parent: RunRecord
let stepsPerEpoch: number

/** A cycle an epoch, so that what is left after one is the same schedule in a smaller budget. */
const rest = (epochs: number, more = {}) => cloudsSpec(epochs, more)

before(async () => {
  lab = await openLab()
  parent = (await (await lab.core.runs.launch(cloudsSpec(4))).finished).run
  stepsPerEpoch = parent.planned.plan.stepsPerEpoch
})
after(() => lab.close())

const refusedWith = (words: RegExp, spec: unknown, from: object): Promise<void> => {
  const stored = lab.core.store.read.runs().length
  const source = { runId: parent.id, kind: 'branch' as const, ...from }
  return assert.rejects(lab.core.runs.launch(spec, source), words).then(() => {
    assert.equal(lab.core.store.read.runs().length, stored, 'nothing is stored')
  })
}

describe('a branch', () => {
  test("ends with its parent's weights under the rest of its schedule", async () => {
    const stepsDone = 2 * stepsPerEpoch
    const from = { runId: parent.id, stepsDone, kind: 'branch' } as const
    const { run } = await (await lab.core.runs.launch(rest(2), from)).finished
    assert.equal(run.status, 'completed', run.reason ?? '')
    assert.equal(run.finalWeightsSha256, parent.finalWeightsSha256)
    const snapshot = lab.core.store.read.snapshots(parent.id)[1]
    assert.deepEqual(run.origin, {
      kind: 'branch',
      runId: parent.id,
      runName: parent.name,
      stepsDone,
      weightsSha256: snapshot?.weightsSha256,
      streamFrom: stepsDone,
    })
    const next = { runId: run.id, stepsDone: stepsPerEpoch, kind: 'branch' } as const
    const grandchild = (await (await lab.core.runs.launch(rest(1), next)).finished).run
    assert.equal(grandchild.finalWeightsSha256, parent.finalWeightsSha256)
    assert.equal(grandchild.origin?.streamFrom, 3 * stepsPerEpoch)
    const family = lab.core.store.read.family(grandchild.id).map(({ id }) => id)
    assert.deepEqual(family, [parent.id, run.id, grandchild.id])
    assert.deepEqual(
      lab.core.store.read.family(parent.id).map(({ id }) => id),
      family,
    )
  })

  test('goes another way with another seed, schedule or optimizer', async () => {
    const from = { runId: parent.id, stepsDone: stepsPerEpoch, kind: 'branch' } as const
    const weights = new Set([parent.finalWeightsSha256])
    const others = [
      { seed: 2 },
      { schedule: { kind: 'constant', lr: 0.01 } },
      { optimizer: { kind: 'adam' } },
    ]
    for (const change of others) {
      const { run } = await (await lab.core.runs.launch(rest(3, change), from)).finished
      assert.equal(run.status, 'completed', run.reason ?? '')
      weights.add(run.finalWeightsSha256)
    }
    assert.equal(weights.size, 4)
  })

  test('of the checkpoint of a stopped run keeps that state, though the run goes on', async () => {
    const { runs, store } = lab.core
    const long = cloudsSpec(200, { snapshots: { at: 'last' } })
    const active = await runs.launch(long)
    let stops = false
    const unsubscribe = runs.subscribe((events) => {
      if (stops || !events.some(({ runId, type }) => runId === active.runId && type === 'epoch')) return
      stops = true
      active.ask({ type: 'stop', when: 'now' })
    })
    const stopped = (await active.finished).run
    unsubscribe()
    const from = { runId: stopped.id, kind: 'branch' } as const
    const queued = await runs.enqueue(
      { ...long, schedule: { kind: 'constant', lr: 0.02 }, budget: { epochs: 1 } },
      from,
    )
    assert.equal(queued.origin?.stepsDone, stopped.stepsDone)
    assert.equal(store.read.checkpoint(queued.id)?.position.stepsDone, 0)
    store.write.deleteRun(stopped.id)
    const { run } = await (await runs.resume(queued.id)).finished
    assert.equal(run.status, 'completed', run.reason ?? '')
  })

  test('is refused where its model, data or state is not that of its parent', async () => {
    const sentences: [RegExp, object, object?][] = [
      [/model must be that of the run, MLP 8, .*\(received MLP 9\)/, { model: { kind: 'mlp', hidden: [9] } }],
      [/validation, test and seed of dataset must be those/, { dataset: { name: 'clouds', seed: 2 } }],
      [/no state is kept of it after step 3; choose one of those after/, {}, { stepsDone: 3 }],
      [/only seed, device and name may differ/, { batchSize: 5 }, { kind: 'again' }],
    ]
    for (const [words, change, from = {}] of sentences)
      await refusedWith(words, rest(2, change), { stepsDone: stepsPerEpoch, ...from })
  })
})

test('fine-tuning takes the weights to data of the same shape, and other data are refused', async () => {
  const csv = (name: string, text: string) => {
    const file = path.join(lab.home, name)
    writeFileSync(file, text)
    return lab.core.catalogue.import({ format: 'csv', path: file, label: 'cloud' })
  }
  await csv('other.csv', cloudsCsv(200))
  const lines = cloudsCsv(120).trimEnd().split('\n')
  // A fourth class here and there.
  const more = lines.map((line, i) => (i % 5 === 1 ? line.replace(/[a-c]$/, 'd') : line))
  await csv('four.csv', `${more.join('\n')}\n`)
  const tune = { kind: 'fineTune', stepsDone: stepsPerEpoch } as const
  const spec = rest(1, { dataset: { name: 'other' } })
  const { run } = await (await lab.core.runs.launch(spec, { runId: parent.id, ...tune })).finished
  assert.equal(run.status, 'completed', run.reason ?? '')
  assert.equal(run.origin?.streamFrom, 0)
  await refusedWith(/dataset.name must be that of the run, clouds/, spec, { stepsDone: stepsPerEpoch })
  await refusedWith(/it tells 3 classes apart, and four has 4/, rest(1, { dataset: { name: 'four' } }), tune)
})

describe('a parent that a child is still to begin with', () => {
  test('stays, and goes together with the child, or when the child has begun', async () => {
    const { runs, store } = lab.core
    const { run: old } = await (await runs.launch(cloudsSpec(1))).finished
    const from = { runId: old.id, stepsDone: stepsPerEpoch, kind: 'branch' } as const
    const child = await runs.enqueue(rest(1), from)
    const words = new RegExp(
      `run ${child.name} \\(${child.id}\\), which is queued, is to begin with its state after`,
    )
    assert.throws(() => store.write.trashRuns([old.id]), words)
    assert.throws(() => store.write.purgeRuns([old.id]), words)
    assert.throws(() => store.write.discardRun(old.id), words)
    store.write.trashRuns([old.id, child.id])
    store.write.restoreRuns([old.id, child.id])
    assert.equal(store.read.hasStartState(child.id), true)
    await (await runs.resume(child.id)).finished
    store.write.trashRuns([old.id])
    assert.deepEqual(
      store.read.family(child.id).map(({ id }) => id),
      [child.id],
    )
    assert.equal(store.read.run(child.id).origin?.runName, old.name)
  })

  test('is missed in one sentence when it is gone all the same', async () => {
    const { runs, store } = lab.core
    const { run: old } = await (await runs.launch(cloudsSpec(1))).finished
    const child = await runs.enqueue(rest(1), { runId: old.id, kind: 'branch' })
    store.write.trashRuns([old.id, child.id])
    store.write.restoreRuns([child.id])
    assert.equal(store.read.hasStartState(child.id), false)
    await assert.rejects(
      runs.resume(child.id),
      new RegExp(`its parent ${old.id}, .* was deleted; restore it`),
    )
    store.write.restoreRuns([old.id])
    assert.equal((await (await runs.resume(child.id)).finished).run.status, 'completed')
  })
})

test('a state that is damaged is refused before anything is stored', async () => {
  const { run: old } = await (await lab.core.runs.launch(cloudsSpec(1))).finished
  const db = connect(path.join(lab.home, 'anneal.db'))
  db.run(
    `UPDATE snapshot_tensors SET data = zeroblob(length(data))
     WHERE snapshot_id IN (SELECT id FROM snapshots WHERE run_id = ?)`,
    old.id,
  )
  db.close()
  await refusedWith(/snapshot \d+ of run .*: damage in its tensor/, rest(1), { runId: old.id })
})

test('the same run again with another seed, and with the same one', async () => {
  const from = { runId: parent.id, kind: 'again' } as const
  const other = (await (await lab.core.runs.launch(cloudsSpec(4, { seed: 5 }), from)).finished).run
  assert.notEqual(other.finalWeightsSha256, parent.finalWeightsSha256)
  const same = (await (await lab.core.runs.launch(cloudsSpec(4), from)).finished).run
  assert.equal(same.finalWeightsSha256, parent.finalWeightsSha256)
})

test('a branch again begins with the state that the branch began with', async () => {
  const { runs } = lab.core
  const from = { runId: parent.id, stepsDone: 2 * stepsPerEpoch, kind: 'branch' } as const
  const branch = (await (await runs.launch(rest(2), from)).finished).run
  const again = { runId: branch.id, kind: 'again' } as const
  const same = (await (await runs.launch(rest(2), again)).finished).run
  assert.deepEqual(same.origin, branch.origin)
  assert.equal(same.finalWeightsSha256, branch.finalWeightsSha256)
  const other = (await (await runs.launch(rest(2, { seed: 7 }), again)).finished).run
  assert.deepEqual(other.origin, branch.origin)
  assert.notEqual(other.finalWeightsSha256, branch.finalWeightsSha256)
})
