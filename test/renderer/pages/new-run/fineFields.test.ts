import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fieldWords, isFine } from '../../../../src-renderer/pages/new-run/designer/fineFields.ts'
import { families, familyOf } from '../../../../src-renderer/pages/new-run/model/families.ts'
import { getAt } from '../../../../src-renderer/pages/new-run/model/tree.ts'

const foldedOf = (kind: string, spec: object): string[] =>
  (familyOf(kind)?.fields ?? []).filter(isFine).map((field) => fieldWords(field, getAt(spec, [field.key])))

test('what is folded is said in the line that unfolds it', () => {
  assert.deepEqual(
    foldedOf('oneCycle', { update: 'epoch', momentum: { curve: 'inverse', low: 0.85, high: 0.95 } }),
    ['rate moves every epoch', 'momentum against the rate 0.85 to 0.95'],
  )
  const words = foldedOf('sgdr', {
    unit: 'epoch',
    update: { every: 20 },
    endpoint: 'exclusive',
    stepping: 'onTime',
  })
  assert.ok(words.includes('lengths in epochs'), words.join())
  assert.ok(words.includes('rate moves every n steps 20'), words.join())
  assert.ok(words.includes('momentum the optimizer’s'), words.join())
})

test('of every family that has a highest rate, that rate is in sight', () => {
  for (const { kind, fields, peak } of families) {
    if (peak === undefined) continue
    assert.ok(
      fields.some((field) => field.key === peak && !isFine(field)),
      kind,
    )
  }
})
