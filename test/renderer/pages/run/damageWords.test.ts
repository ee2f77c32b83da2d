import assert from 'node:assert/strict'
import { test } from 'node:test'
import { damageWords } from '../../../../src-renderer/pages/run/damageWords.ts'

test('snapshots come first, and a sentence that another one goes on from is told once', () => {
  const damage = (words: string, snapshotId: number | null) => ({ runId: 'a', snapshotId, words })
  assert.deepEqual(
    damageWords([
      damage('Snapshot 2 is damaged.', 2),
      damage('Snapshot 2 is damaged. It goes on after 5 steps.', null),
      damage('A gap in loss.', null),
      damage('Snapshot 3 is damaged.', 3),
    ]),
    ['Snapshot 3 is damaged.', 'Snapshot 2 is damaged. It goes on after 5 steps.', 'A gap in loss.'],
  )
})
