import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rateTestSettings } from '../../../../shared/run/rateTest.ts'
import { parseRunSpec } from '../../../../shared/run/spec.ts'
import {
  checkTest,
  freshTest,
  type TestDraft,
  withRamp,
  withUnit,
} from '../../../../src-renderer/pages/new-run/find-rate/testFields.ts'
import { defaultSpec } from '../../../../src-renderer/pages/new-run/model/draft.ts'
import { stepsOf, withRates } from '../../../../src-renderer/pages/new-run/model/rates.ts'
import { getAt, setAt } from '../../../../src-renderer/pages/new-run/model/tree.ts'

const changed = ({ tree, unit }: TestDraft, key: string, value: unknown): TestDraft => ({
  tree: setAt(tree, [key], value),
  unit,
})

test('the form begins with what the host does without being told', () => {
  assert.deepEqual(checkTest(freshTest, undefined), { settings: rateTestSettings.parse({}), problems: {} })
})

test('a linear test is as long as some epochs, once it is known how long these are', () => {
  const linear = withRamp(changed(freshTest, 'smoothing', 0.9), 'linear')
  assert.equal(checkTest(linear, undefined).settings, undefined)
  const { settings } = checkTest(linear, 150)
  assert.deepEqual([settings?.ramp, settings?.steps, settings?.smoothing], ['linear', 300, 0.9])
  const back = withRamp(linear, 'exponential')
  assert.deepEqual([back.unit, checkTest(back, 150).settings?.steps], ['steps', 100])
})

test('the unit changes and the length stays', () => {
  const epochs = withUnit(freshTest, 'epochs', 40)
  assert.deepEqual([getAt(epochs.tree, ['epochs']), getAt(epochs.tree, ['steps'])], [2.5, undefined])
  assert.deepEqual(checkTest(epochs, 40).settings?.steps, 100)
  assert.deepEqual(checkTest(withUnit(epochs, 'steps', 40), 40).settings, rateTestSettings.parse({}))
})

test('without a limit the test goes on to the highest rate', () => {
  assert.equal(checkTest(changed(freshTest, 'stopAt', undefined), 40).settings?.stopAt, null)
})

test('what is wrong is told beside its field', () => {
  const problemsOf = (draft: TestDraft) => checkTest(draft, 40).problems
  assert.match(problemsOf(changed(freshTest, 'to', 1e-9))['rateTest.to']?.rule ?? '', /must rise.*1e-9/)
  assert.match(problemsOf(changed(freshTest, 'steps', 3))['rateTest.steps']?.rule ?? '', /at least 20/)
  assert.match(problemsOf(changed(freshTest, 'from', 'x'))['rateTest.from']?.rule ?? '', /number/)
  const epochs = withUnit(freshTest, 'epochs', 40)
  assert.match(
    problemsOf(changed(epochs, 'epochs', 0.1))['rateTest.epochs']?.rule ?? '',
    /20 to 1000000 steps/,
  )
  assert.match(
    problemsOf(changed(epochs, 'epochs', 'two'))['rateTest.epochs']?.rule ?? '',
    /must be a number/,
  )
})

test('rates go into the schedule of a spec, over the plan that the spec would have', () => {
  const noam = parseRunSpec({ ...defaultSpec, schedule: { kind: 'noam', lr: 0.05, warmup: 4 } })
  const plan = stepsOf({ planned: { plan: { totalSteps: 100, stepsPerEpoch: 20 }, edits: [] } }, noam)
  assert.deepEqual(plan, { totalSteps: 240, stepsPerEpoch: 20 })
  // Its peak is half its scale: the scale becomes twice the rate.
  assert.equal(getAt(withRates(noam, { high: 0.3 }, plan), ['schedule', 'lr']), 0.6)
  assert.deepEqual(getAt(withRates(defaultSpec, { high: 0.3, low: 0.01 }, plan), ['schedule', 'lrMin']), 0.01)
  const formula = parseRunSpec({ ...defaultSpec, schedule: { kind: 'formula', expression: '0.1' } })
  assert.deepEqual(withRates(formula, { high: 0.3 }, plan), formula)
})
