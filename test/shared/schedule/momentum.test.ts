import assert from 'node:assert/strict'
import { it } from 'node:test'
import { compileSchedule, parseSchedule } from '../../../shared/schedule/index.ts'

it('keeps Demon at 0 past a budget through which it was held', () => {
  const spec = parseSchedule({ kind: 'constant', lr: 1, momentum: { curve: 'demon', init: 0.9, delay: 1 } })
  const compiled = compileSchedule(spec, { totalSteps: 12, stepsPerEpoch: 1, scheduleSteps: 10 })
  const momenta = Array.from({ length: 12 }, (_, step) => compiled.at(step).momentum)
  assert.deepEqual(momenta, [...Array(10).fill(0.9), 0, 0])
})
