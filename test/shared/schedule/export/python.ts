import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { compileSchedule, exportSchedule } from '../../../../shared/schedule/index.ts'

type Case = Parameters<typeof compileSchedule>
export type ExportCase = readonly [spec: Case[0], plan: Case[1], edits?: Case[2]]

/** Why the tests that run Python are left out here; false where there is a python3. */
export const withoutPython: string | false =
  spawnSync('python3', ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))']).status === 0
    ? false
    : 'there is no python3 (3.8 or later) on PATH to run the exported code'

/** Runs each source alone; one line of JSON each: the values of every step, or what Python says against it. */
const runner = `
import json, sys
for source in map(json.loads, sys.stdin):
    scope = {}
    try:
        exec(compile(source, "exported", "exec"), scope)
        steps = range(scope["TOTAL_STEPS"])
        lr = [scope["learning_rate"](step) for step in steps]
        momentum = [scope["momentum"](step) for step in steps] if "momentum" in scope else None
        print(json.dumps({"lr": lr, "momentum": momentum}))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
`

/** The result of the Python of each source, parsed. */
export function runPython(sources: readonly string[]): unknown[] {
  const input = sources.map((source) => `${JSON.stringify(source)}\n`).join('')
  const { status, stdout, stderr } = spawnSync('python3', ['-c', runner], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  })
  assert.equal(status, 0, stderr)
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

const rtol = 1e-9

/**
 * Exports and runs each case in one Python process, and holds every step against the compiled schedule. A value that has
 * fallen to nothing beside the schedule's highest keeps only the digits that float64 left in it: 1e-15 of the highest.
 */
export function assertSameInPython(cases: readonly ExportCase[]): void {
  const results = runPython(cases.map(([spec, plan, edits]) => exportSchedule(spec, plan, 'pytorch', edits)))
  assert.equal(results.length, cases.length)
  cases.forEach(([spec, plan, edits], index) => {
    const result = results[index]
    const compiled = compileSchedule(spec, plan, edits)
    const expected = Array.from({ length: compiled.totalSteps }, (_, step) => compiled.at(step))
    const about = JSON.stringify({ spec, plan, edits })
    assert.ok(isSeries(result), `${JSON.stringify(result)} for ${about}`)
    assert.equal(result.lr.length, compiled.totalSteps, about)
    const highest = Math.max(...expected.map(({ lr }) => lr))
    expected.forEach(({ lr, momentum }, step) => {
      assertNear(result.lr[step], lr, highest, `rate of step ${step} of ${about}`)
      const found = result.momentum?.[step] ?? undefined
      if (momentum === undefined) assert.equal(found, undefined, about)
      else assertNear(found, momentum, 1, `momentum of step ${step} of ${about}`)
    })
  })
}

interface Series {
  lr: number[]
  momentum: (number | null)[] | null
}

const isSeries = (value: unknown): value is Series =>
  typeof value === 'object' && value !== null && 'lr' in value && Array.isArray(value.lr)

function assertNear(found: number | undefined, expected: number, scale: number, about: string): void {
  assert.ok(
    found !== undefined && Math.abs(found - expected) <= rtol * Math.abs(expected) + 1e-15 * scale,
    `${found} is not ${expected}: ${about}`,
  )
}
