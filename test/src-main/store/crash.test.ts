import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { random } from '../../../shared/random.ts'
import { connect } from '../../../src-main/store/database.ts'
import { quickCheck } from '../../../src-main/store/integrity.ts'
import { allPoints, openFor, state, tempFolder, valueAt } from './fixtures.ts'
import { startChild } from './processes.ts'

const BATCH = 700

for (let seed = 1; seed <= 6; seed++) {
  test(`killed at a random moment while recording, nothing is torn, lost or doubled (${seed})`, async (t) => {
    const path = join(tempFolder(t), 'lab.db')
    const child = await startChild(t, path, 'record')
    const watcher = openFor(t, path)
    while (watcher.read.run(child.runId).stepsDone === 0) await sleep(1)
    // The moment is what is random here.
    await sleep(random(seed, 'kill').next() * 200)
    await child.kill()
    watcher.close()

    const store = openFor(t, path)
    const run = store.read.run(child.runId)
    assert.equal(run.status, 'interrupted')
    t.diagnostic(`${run.stepsDone} steps stored`)
    // A batch is one transaction of 700 steps, an epoch and, every fifth time, a snapshot: all of it or nothing.
    const batches = run.stepsDone / BATCH
    assert.ok(Number.isInteger(batches), `${run.stepsDone} steps are not whole batches`)
    const epochs = store.read.epochs(run.id)
    assert.deepEqual(
      epochs.map(({ epoch }) => epoch),
      Array.from({ length: batches }, (_, i) => i + 1),
    )
    const snapshots = store.read.snapshots(run.id)
    assert.equal(snapshots.length, Math.ceil(batches / 5))
    for (const { id, step } of snapshots)
      assert.deepEqual(
        store.read.snapshotModel(id).tensors.map(({ data }) => Buffer.from(data)),
        state(step + 1, 50_000).tensors.map(({ data }) => Buffer.from(data)),
      )
    const loss = allPoints(store, run.id, 'loss')
    assert.equal(loss.steps.length, run.stepsDone)
    assert.ok(loss.steps.every((step, i) => step === i && loss.values[i] === valueAt(2, i)))
    store.close()

    const db = connect(path, { readonly: true })
    quickCheck(db)
    db.close()
  })
}
