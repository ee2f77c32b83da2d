import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunStatus } from '../../../shared/run/state.ts'
import { endedSince } from '../../../src-renderer/frame/endedRuns.ts'

const runs = (statuses: Readonly<Record<string, RunStatus>>, studyId: string | null = null) =>
  new Map(Object.entries(statuses).map(([id, status]) => [id, { id, status, studyId }]))

test('news are runs that trained and have ended by themselves', () => {
  const before = runs({ a: 'running', b: 'running', c: 'paused', d: 'running', e: 'completed', f: 'running' })
  const now = runs({
    a: 'completed',
    b: 'failed',
    c: 'interrupted',
    d: 'stopped',
    e: 'completed',
    f: 'running',
    // Not seen before: no news of this window.
    g: 'completed',
  })
  assert.deepEqual(
    endedSince(before, now).map(({ id }) => id),
    ['a', 'b', 'c'],
  )
})

test('a list that is the same brings none', () => {
  const same = runs({ a: 'running' })
  assert.deepEqual(endedSince(same, same), [])
})

test('the many runs of a study are no news each', () => {
  assert.deepEqual(endedSince(runs({ a: 'running' }, 'study'), runs({ a: 'failed' }, 'study')), [])
})
