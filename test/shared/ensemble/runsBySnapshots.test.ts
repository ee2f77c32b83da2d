import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { combine, score } from '../../../shared/ensemble/index.ts'
import { runsBySnapshots } from '../../../shared/ensemble/runsBySnapshots.ts'
import { ensemble, near } from './arbitrary.ts'

test('N runs with M snapshots: every ring of N runs, combined at once, gives the mean of the table', () => {
  fc.assert(
    fc.property(ensemble, fc.integer({ min: 1, max: 3 }), ({ members, truth }, snapshots) => {
      const each = Math.min(snapshots, members.length)
      const runs = Array.from({ length: Math.floor(members.length / each) }, (_, r) =>
        members.slice(r * each, (r + 1) * each),
      )
      const table = runsBySnapshots(runs, truth)
      assert.equal(table.length, runs.length * each)
      for (const cell of table) {
        const rings = cell.runs === runs.length ? [0] : runs.map((_, first) => first)
        const accuracies = rings.map((first) => {
          const chosen = [...runs, ...runs].slice(first, first + cell.runs)
          const last = chosen.flatMap((run) => run.slice(-cell.snapshots))
          return score(combine(last, truth.classes), truth).accuracy
        })
        const mean = accuracies.reduce((sum, one) => sum + one, 0) / accuracies.length
        // Two classes of the same probability may change places with the order of a sum.
        const tolerance = 1 / truth.labels.length + 1e-12
        assert.equal(cell.ensembles, accuracies.length)
        assert.ok(near(cell.accuracy, mean) || Math.abs(cell.accuracy - mean) <= tolerance)
        assert.ok(cell.least <= cell.accuracy + 1e-12 && cell.accuracy <= cell.most + 1e-12)
      }
    }),
  )
})

test('one run alone is its last snapshots, and runs of different lengths are cut to the fewest snapshots', () => {
  const truth = { labels: [0, 1], classes: 2 }
  const right = { probs: Float32Array.from([1, 0, 0, 1]) }
  const wrong = { probs: Float32Array.from([0, 1, 1, 0]) }
  assert.deepEqual(runsBySnapshots([[wrong, wrong, right], [right]], truth), [
    { runs: 1, snapshots: 1, accuracy: 1, least: 1, most: 1, ensembles: 2 },
    { runs: 2, snapshots: 1, accuracy: 1, least: 1, most: 1, ensembles: 1 },
  ])
  assert.throws(() => runsBySnapshots([], truth), /at least one member/)
})
