import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { runEnsembleGolden } from './runEnsembleGolden.ts'

const cases = z
  .array(z.looseObject({ name: z.string(), expected: z.record(z.string(), z.unknown()) }))
  .parse(JSON.parse(readFileSync(new URL('./cases/ensemble.json', import.meta.url), 'utf8')))

/** Fields that are counts, indices or orders: exact. */
const EXACT = new Set([
  'argmax',
  'bin',
  'count',
  'i',
  'j',
  'bothCorrect',
  'bothWrong',
  'onlyICorrect',
  'onlyJCorrect',
  'metric',
  'rounds',
  'order',
  'tiedCandidates',
  'counts',
  'bestPrefixLength',
  'bestPrefixCounts',
])

function assertClose(got: unknown, want: unknown, path: string): void {
  if (typeof want === 'number') {
    assert.ok(typeof got === 'number', `${path}: ${got} is not a number`)
    assert.ok(Math.abs(got - want) <= 1e-9 * Math.abs(want) + 1e-12, `${path}: got ${got}, want ${want}`)
  } else if (typeof want === 'object' && want !== null) {
    assert.ok(typeof got === 'object' && got !== null, `${path}: ${got} is not an object`)
    assert.equal(Array.isArray(got), Array.isArray(want), `${path}: array or not`)
    assert.deepEqual(Object.keys(got).sort(), Object.keys(want).sort(), `${path}: fields`)
    for (const [key, value] of Object.entries(want)) {
      const mine: unknown = Reflect.get(got, key)
      if (EXACT.has(key)) assert.deepEqual(mine, value, `${path}.${key}`)
      else assertClose(mine, value, `${path}.${key}`)
    }
  } else assert.equal(got, want, path)
}

test('the reference examples are all here', () => {
  assert.equal(cases.length, 5)
})

for (const { expected, ...example } of cases) {
  test(`ensemble golden ${example.name}`, () => {
    const got = runEnsembleGolden(example)
    assertClose(got, expected, example.name)
    assertClose(JSON.parse(JSON.stringify(got)), expected, `${example.name} through JSON`)
  })
}

test('a case without weights has no weighted fields', () => {
  const basic = cases.find((example) => 'weights' in example)
  assert.ok(basic)
  const { weights: _, expected: __, ...unweighted } = basic
  const got = runEnsembleGolden(unweighted)
  assert.equal('weightedAverage' in got, false)
  assert.equal('weightedAverageProbs' in got, false)
})
