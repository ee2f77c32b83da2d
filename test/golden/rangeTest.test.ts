import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { suggest } from './runRangeTest.ts'

const rate = z.number()
const cases = z
  .array(
    z.looseObject({
      name: z.string(),
      expected: z.strictObject({ valley: rate, steep: rate, minimum: rate, slide: rate }),
      rtol: z.number(),
    }),
  )
  .parse(JSON.parse(readFileSync(new URL('./cases/range_test.json', import.meta.url), 'utf8')))

test('the reference curves are all here', () => {
  assert.equal(cases.length, 6)
})

for (const { expected, rtol, ...example } of cases) {
  test(`range test golden ${example.name}`, () => {
    const got = suggest(example)
    assert.deepEqual(Object.keys(got), Object.keys(expected))
    for (const [name, want] of Object.entries(expected)) {
      const mine: unknown = Reflect.get(got, name)
      assert.ok(typeof mine === 'number', `${name}: ${mine} is not a number`)
      assert.ok(Math.abs(mine - want) <= rtol * want, `${name}: got ${mine}, want ${want}`)
    }
  })
}

const none = { valley: null, steep: null, minimum: null, slide: null }
const ramp = (count: number) => Array.from({ length: count }, (_, i) => 1e-6 * 1.1 ** i)

test('a curve of which nothing is left has no suggestions', () => {
  assert.deepEqual(suggest({ numIt: 100, lrs: [], losses: [] }), none)
  assert.deepEqual(suggest({ numIt: 100, lrs: ramp(15), losses: Array(15).fill(1) }), none)
  assert.deepEqual(suggest({ numIt: 100, lrs: ramp(100), losses: Array(100).fill(null) }), none)
})

test('one point is a valley and a minimum, with no slope', () => {
  const lrs = ramp(16)
  const got = suggest({ numIt: 100, lrs, losses: Array(16).fill(2) })
  assert.deepEqual(got, { valley: lrs[10], steep: null, minimum: (lrs[10] ?? 0) / 10, slide: null })
})

test('slide needs sixteen points', () => {
  const losses = Array.from({ length: 31 }, (_, i) => 3 - i / 10)
  assert.equal(suggest({ numIt: 100, lrs: ramp(30), losses: losses.slice(0, 30) }).slide, null)
  assert.equal(suggest({ numIt: 100, lrs: ramp(31), losses }).slide, ramp(31)[10])
})
