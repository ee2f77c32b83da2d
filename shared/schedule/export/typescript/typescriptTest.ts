import type { Tested } from '../pythonTest.ts'

/** A node:test file that compares the code with the values step by step. */
export function typescriptTest({ code, values, hasMomentum }: Tested): string {
  const parts = [
    `// Compares ${JSON.stringify(code).slice(1, -1)} with the values that Anneal computed, step by step: node --test (Node 22.18 or later).`,
    `import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import * as schedule from ${JSON.stringify(`./${encodeURIComponent(code)}`)}`,
    `const text = readFileSync(new URL(${JSON.stringify(encodeURIComponent(values))}, import.meta.url), 'utf8')
const rows = text.trimEnd().split('\\n').slice(1).map((line) => line.split(','))
const rates = rows.map(([, rate]) => Number(rate))
const highest = rates.reduce((high, rate) => Math.max(high, rate), 0)`,
    `function assertNear(found: number | undefined, wanted: number, scale: number, step: number): void {
  const near = found !== undefined && Math.abs(found - wanted) <= 1e-9 * Math.abs(wanted) + 1e-15 * scale
  assert.ok(near, \`step \${step}: \${found}, not \${wanted}\`)
}`,
    `test('every step is listed', () => {
  assert.equal(rows.length, schedule.TOTAL_STEPS)
  rows.forEach(([step], index) => assert.equal(Number(step), index))
})`,
    `test('rates', () => {
  rates.forEach((rate, step) => assertNear(schedule.learningRate(step), rate, highest, step))
})`,
    hasMomentum
      ? `test('momentum', () => {
  rows.forEach(([, , momentum], step) => {
    if (momentum === '') assert.equal(schedule.momentum(step), undefined)
    else assertNear(schedule.momentum(step), Number(momentum), 1, step)
  })
})`
      : `test('momentum is left alone', () => {
  assert.ok(rows.every(([, , momentum]) => momentum === ''))
  assert.equal('momentum' in schedule, false)
})`,
  ]
  return `${parts.join('\n\n')}\n`
}
