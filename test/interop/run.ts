import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../shared/errors.ts'
import type { Verdict } from './check.ts'
import { checks } from './checks/index.ts'
import { type Environment, prepareEnvironment } from './environment.ts'
import { openInteropLab } from './lab.ts'

/*
 * npm run interop: programs that others wrote read Anneal's files, run its code and compute its numbers. It needs Python and
 * PyPI, so it is no part of npm test. Its table replaces docs/interop.md.
 */

const report = fileURLToPath(new URL('../../docs/interop.md', import.meta.url))

async function judgeAll(environment: Environment): Promise<number> {
  const lab = await openInteropLab()
  const verdicts: Verdict[] = []
  try {
    for (const check of checks) {
      for (const verdict of await check(environment, lab)) {
        verdicts.push(verdict)
        process.stdout.write(
          `${passes(verdict) ? 'ok  ' : 'FAIL'} ${row(verdict, environment).join(' · ')}\n`,
        )
      }
    }
  } finally {
    await lab.close()
  }
  const failed = verdicts.filter((verdict) => !passes(verdict)).length
  process.stdout.write(`${verdicts.length - failed} passed, ${failed} failed\n`)
  if (failed === 0) writeFileSync(report, page(verdicts, environment))
  return failed === 0 ? 0 : 1
}

const passes = ({ difference, limit }: Verdict): boolean => difference <= limit

const row = ({ what, by, compared, difference, limit }: Verdict, { versions }: Environment): string[] => [
  what,
  `${by} ${versions[by] ?? ''}`.trim(),
  compared,
  difference === 0 ? '0' : difference.toExponential(1),
  limit === 0 ? '0' : String(limit),
]

function page(verdicts: readonly Verdict[], environment: Environment): string {
  const head = ['What', 'judged by', 'compared', 'greatest difference', 'allowed']
  const lines = [head, head.map(() => '---'), ...verdicts.map((verdict) => row(verdict, environment))]
  return `# Judged by others' programs

\`npm run interop\` makes a Python environment of its own, trains a short run of every kind of model, and lets the programs that
people use read what leaves Anneal, run the code that it writes, and compute the same numbers. This page is its last output
(${new Date().toISOString().slice(0, 10)}, ${cpus()[0]?.model.trim() ?? 'a processor'}, Node ${process.versions.node}).

${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}

${others}
`
}

const others = `The converter of tensorflowjs 4.22 (its last) is no judge here: it wants tensorflow-decision-forests, whose last version 1.12 wants
tensorflow 2.19.0 exactly, and packaging 23, which go with none of the versions above. Models for TensorFlow.js are loaded and
run by TensorFlow.js itself in \`npm test\`; ONNX Runtime judges the same weights here.`

try {
  process.exitCode = await judgeAll(prepareEnvironment())
} catch (error) {
  if (!(error instanceof UserError)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}
