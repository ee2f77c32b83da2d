import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from '../../../src-main/store/database.ts'
import { until } from '../../e2e/lab.ts'
import { cloudsSpec, openLab } from './lab.ts'

test('a run whose checkpoint is damaged does not stay marked as running when its trainer is killed', async (t) => {
  const lab = await openLab()
  t.after(() => lab.close())
  const { runs, store } = lab.core
  const active = await runs.launch(cloudsSpec(100_000, { snapshots: { at: 'last' } }))
  await until('a checkpoint', () => store.read.checkpoint(active.runId) && true)
  const db = connect(join(lab.home, 'anneal.db'))
  db.exec('UPDATE checkpoint_tensors SET data = zeroblob(length(data))')
  db.close()
  process.kill(active.trainerPid ?? 0, 'SIGKILL')
  const { run } = await active.finished
  assert.equal(run.status, 'interrupted')
  assert.match(run.reason ?? '', /killed \(SIGKILL\).*what was saved of the run is damaged/)
})
