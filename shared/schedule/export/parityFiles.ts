import { UserError } from '../../errors.ts'
import { compileSchedule } from '../compile.ts'
import type { SchedulePlan } from '../plan.ts'
import type { ScheduleSpec } from '../spec.ts'
import { type ExportTarget, exportSchedule } from './exportSchedule.ts'
import { pythonTest } from './pythonTest.ts'
import { typescriptTest } from './typescript/typescriptTest.ts'
import { scheduleCsv } from './valuesCsv.ts'

interface ParityFile {
  readonly name: string
  chunks(): Iterable<string>
}

/**
 * The code, the values that Anneal computed for every step, and a test that holds one against the other, to lie in one
 * folder.
 * @param name of the code's file, without a folder: .py, or .ts for tfjs
 * @throws UserError where exportSchedule does, or for another kind of name
 */
export function parityFiles(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  target: ExportTarget,
  name: string,
): readonly [code: ParityFile, values: ParityFile, test: ParityFile] {
  const extension = target === 'tfjs' ? '.ts' : '.py'
  const base = name.slice(0, -extension.length)
  if (!name.endsWith(extension) || base === '') {
    throw new UserError(
      `While exporting the schedule with a test: the test loads the code, so the code's file must be named *${extension} (received ${name}); rename it.`,
    )
  }
  const compiled = compileSchedule(spec, plan)
  const code = exportSchedule(spec, plan, target)
  const values = `${base}.values.csv`
  const tested = {
    code: name,
    values,
    hasMomentum: /^(?:export function|def) momentum\(/m.test(code),
    hasPolicy: compiled.feedback !== undefined,
  }
  const test =
    target === 'tfjs'
      ? { name: `${base}.test.ts`, text: typescriptTest(tested) }
      : { name: `test_${base.replace(/\W/g, '_')}.py`, text: pythonTest(target, tested) }
  return [
    { name, chunks: () => [code] },
    { name: values, chunks: () => scheduleCsv(compiled) },
    { name: test.name, chunks: () => [test.text] },
  ]
}
