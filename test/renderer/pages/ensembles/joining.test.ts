import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runElsewhere } from '../../../../shared/run/elsewhere.ts'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import { whyNotJoin } from '../../../../src-renderer/pages/ensembles/joining.ts'

function run(dataset: object, snapshots = 1, datasetId = 'fashion') {
  const spec = parseRunSpec({ dataset, schedule: { kind: 'constant', lr: 0.1 }, budget: { epochs: 1 } })
  const snapshot = { id: 1, cycle: 1, step: 9, valAccuracy: null, testAccuracy: null }
  return { spec, datasetId, snapshots: new Array<typeof snapshot>(snapshots).fill(snapshot) }
}

test('runs of the same data and split can be combined', () => {
  assert.equal(whyNotJoin(run({}), run({})), undefined)
  assert.equal(whyNotJoin(run({}), undefined), undefined)
})

test('others say why not', () => {
  assert.match(whyNotJoin(run({ name: 'digits' }, 1, 'digits'), run({})) ?? '', /other data \(digits\)/)
  assert.match(whyNotJoin(run({ seed: 2 }), run({})) ?? '', /split in another way .*seed 2, not .*seed 1/)
  assert.match(whyNotJoin(run({ validation: 0.2 }), run({})) ?? '', /20.% for validation/)
  assert.match(whyNotJoin(run({ validation: 0.104 }), run({})) ?? '', /10.4.% for validation.* not 10.% for/)
  assert.equal(whyNotJoin(run({}, 0), run({})), 'has no snapshots yet')
  const elsewhere = runElsewhere.parse({ from: 'tensorboard', path: '/logs/a', followed: false })
  const logged = { ...run({}, 0, 'elsewhere'), elsewhere }
  assert.match(whyNotJoin(logged, undefined) ?? '', /^trained elsewhere, .* import its predictions/)
  const predicted = { ...run({}, 1, 'elsewhere'), elsewhere }
  assert.match(whyNotJoin(predicted, run({})) ?? '', /are not in the lab$/)
})
