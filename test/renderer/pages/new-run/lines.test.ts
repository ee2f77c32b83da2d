import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compileSchedule, parseSchedule } from '../../../../shared/schedule/index.ts'
import { rateDomain, rateSeries } from '../../../../src-renderer/pages/new-run/model/lines.ts'
import { previewOf } from '../../../../src-renderer/pages/new-run/model/preview.ts'

const seriesOf = (schedule: object) => {
  const drawn = previewOf(compileSchedule(parseSchedule(schedule), { totalSteps: 1680, stepsPerEpoch: 140 }))
  return rateSeries([{ id: 'this', label: 'this', drawn }], 140)
}

test('on a log axis a rate that is named has its place, and a decay to 0 does not stretch it', () => {
  const last = 0.1 / 25 / 1e4
  const oneCycle = seriesOf({ kind: 'oneCycle', lrMax: 0.1 })
  const [low, high] = rateDomain(oneCycle, 'log', [0.1, 0.004, last])
  assert.ok(low < last && low > last / 2, `${low}`)
  assert.ok(high > 0.1)
  const cosine = seriesOf({ kind: 'cosine', lrStart: 0.1 })
  assert.equal(rateDomain(cosine, 'log', [0.1, 0])[0], 0.1 * 1e-5)
})
