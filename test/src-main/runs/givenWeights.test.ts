import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { exportSnapshot } from '../../../src-main/export/snapshot.ts'
import type { RunRecord } from '../../../src-main/store/types.ts'
import { type CoreLab, cloudsSpec, openLab } from './lab.ts'

/* Runs that begin with weights of a file or of a snapshot: what is kept, what is refused, and the bits they begin with. */

let lab: CoreLab
let trained: RunRecord
let file: string
before(async () => {
  lab = await openLab()
  trained = (await (await lab.core.runs.launch(cloudsSpec(1))).finished).run
  file = path.join(lab.core.store.path, '..', 'trained.safetensors')
  const [snapshot] = lab.core.store.read.snapshots(trained.id)
  const chunks = exportSnapshot(lab.core.store, snapshot?.id ?? 0, 'safetensors').flatMap(
    (each) => each.chunks,
  )
  writeFileSync(file, Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))))
})
after(() => lab.close())

const begin = async (of: { file: string } | { snapshotId: number }, more = {}, partly = false) =>
  (await (await lab.core.runs.launch(cloudsSpec(1, more), { kind: 'weights', of, partly })).finished).run

test('a file gives the bits that its snapshot has, and they stay with the run', async () => {
  const { store } = lab.core
  const ofFile = await begin({ file })
  assert.equal(ofFile.status, 'completed', ofFile.reason ?? '')
  assert.equal(ofFile.initial?.from, 'trained.safetensors')
  assert.equal(ofFile.initial?.weightsSha256, trained.finalWeightsSha256)
  assert.deepEqual(ofFile.initial?.random, [])
  const [snapshot] = store.read.snapshots(trained.id)
  const ofSnapshot = await begin({ snapshotId: snapshot?.id ?? 0 })
  assert.equal(ofSnapshot.finalWeightsSha256, ofFile.finalWeightsSha256)
  const tuned = { runId: trained.id, kind: 'fineTune' as const }
  const { run: child } = await (await lab.core.runs.launch(cloudsSpec(1), tuned)).finished
  assert.equal(child.finalWeightsSha256, ofFile.finalWeightsSha256)
  const again = { runId: ofFile.id, kind: 'again' as const }
  writeFileSync(file, Buffer.concat([Buffer.from('gone')]), { flag: 'a' })
  const { run: repeated } = await (await lab.core.runs.launch(cloudsSpec(1), again)).finished
  assert.equal(repeated.finalWeightsSha256, ofFile.finalWeightsSha256, 'though the file is another one')
})
