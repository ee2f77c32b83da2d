import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceAdvice } from '../../../shared/run/probe.ts'
import { measureThenRun } from '../../../src-main/runs/measuredRun.ts'
import { connect } from '../../../src-main/store/database.ts'
import { afterwards, claimedRun } from '../store/fixtures.ts'
import { openReachable } from '../store/reachable.ts'

test('a database that is locked while devices are measured costs the run its words, not its start', async (t) => {
  const { store } = openReachable(t)
  const run = claimedRun(store)
  const other = connect(store.path)
  afterwards(t, () => other.close())
  other.exec('BEGIN IMMEDIATE')
  const begun: DeviceAdvice[] = []
  const interrupted: string[] = []
  const advice: DeviceAdvice = { known: {} }
  const { finished } = measureThenRun(
    store,
    run,
    {
      type: 'measure',
      words: 'Waiting',
      measure: async (_, say) => {
        say?.('Measuring devices')
        return advice
      },
    },
    (given) => {
      begun.push(given)
      const end = Promise.resolve({ run: store.read.run(run.id), wasReady: true })
      return { runId: run.id, trainerPid: 1, ask: () => undefined, abandon: () => undefined, finished: end }
    },
    ({ reason }) => interrupted.push(reason),
  )
  assert.equal((await finished).run.status, 'running')
  assert.deepEqual([begun, interrupted], [[advice], []])
  other.exec('ROLLBACK')
})
