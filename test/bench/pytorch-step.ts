import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { modelSpec } from '../../shared/run/spec.ts'
import { runJob } from '../../src-main/process/runJob.ts'
import { type BenchModel, benchModels } from './benchModels.ts'

/*
 * Training steps at batch 128 beside PyTorch's, model by model and by number of threads: the two take turns, and each
 * is judged by its fastest step, so that what else the machine does weighs little.
 *   node test/bench/pytorch-step.ts [--json] [--python /usr/bin/python3] [--rounds 3] [--device simd] [--model resnet20,cnn]
 * PyTorch is looked for in --python (Debian: python3-torch and libopenblas0-pthread); without it our half is printed alone.
 */

/** Steps to time of each. */
const subjects = { resnet20: 10, wrn16x4: 3, cnn: 60, mlp: 200 } as const

const timing = z.object({ median: z.number(), min: z.number() })
const measured = z.object({ stepMs: timing, cpuMs: timing, memoryMb: z.number() })
type Measured = z.infer<typeof measured>

interface Row {
  readonly model: string
  readonly threads: number
  readonly ours: Measured
  readonly torch: Measured | undefined
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    python: { type: 'string', default: 'python3' },
    rounds: { type: 'string', default: '3' },
    device: { type: 'string', default: 'simd' },
    model: { type: 'string', default: Object.keys(subjects).join() },
  },
})
const device = z.enum(['simd', 'wasm', 'cpu']).parse(values.device)
const models = z.array(z.enum(['resnet20', 'wrn16x4', 'cnn', 'mlp'])).parse(values.model.split(','))
const script = fileURLToPath(new URL('pytorch/step.py', import.meta.url))

function askTorch(model: BenchModel, threads: number, steps: number): Measured | undefined {
  // Its matrix products come from a library that counts threads for itself.
  const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) }
  const asked = [script, model, String(threads), String(steps)]
  const ran = spawnSync(values.python, asked, { encoding: 'utf8', env })
  return ran.status === 0 ? measured.parse(JSON.parse(ran.stdout)) : undefined
}

/** The fastest of both, and the least memory. */
function better(a: Measured | undefined, b: Measured): Measured {
  if (a === undefined) return b
  const pick = (key: 'stepMs' | 'cpuMs') => ({
    median: Math.min(a[key].median, b[key].median),
    min: Math.min(a[key].min, b[key].min),
  })
  return { stepMs: pick('stepMs'), cpuMs: pick('cpuMs'), memoryMb: Math.min(a.memoryMb, b.memoryMb) }
}

const rows: Row[] = []
const hasTorch = spawnSync(values.python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0
if (!hasTorch) console.error(`${values.python} has no PyTorch: our half alone.`)
for (const name of models) {
  const { spec, shape } = benchModels[name]
  const steps = subjects[name]
  for (const threads of new Set([1, Math.min(2, availableParallelism())])) {
    let ours: Measured | undefined
    let torch: Measured | undefined
    for (let round = 0; round < Number(values.rounds); round++) {
      const request = {
        model: modelSpec.parse(spec),
        shape: [...shape],
        classes: 10,
        batchSize: 128,
        steps,
        device,
        threads,
      }
      ours = better(ours, await runJob('bench', request))
      const theirs = hasTorch ? askTorch(name, threads, steps) : undefined
      if (theirs !== undefined) torch = better(torch, theirs)
    }
    if (ours !== undefined) rows.push({ model: name, threads, ours, torch })
  }
}

if (values.json) console.log(JSON.stringify({ device, rows }))
else for (const row of rows) console.log(line(row))

function line({ model, threads, ours, torch }: Row): string {
  const words = (who: string, m: Measured) =>
    `${who} ${m.stepMs.min.toFixed(1)} ms (processor ${m.cpuMs.min.toFixed(1)} ms, ${m.memoryMb.toFixed(0)} MiB)`
  const own = `${model.padEnd(9)} ${threads} thread${threads === 1 ? ' ' : 's'}  ${words('ours', ours)}`
  if (torch === undefined) return own
  const ratio = (key: 'stepMs' | 'cpuMs') => (ours[key].min / torch[key].min).toFixed(2)
  return `${own}, ${words('PyTorch', torch)}; ratio ${ratio('stepMs')} of the clock, ${ratio('cpuMs')} of processor time`
}
