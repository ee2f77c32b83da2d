import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { modelSpec } from '../../shared/run/spec.ts'
import { runJob } from '../../src-main/process/runJob.ts'
import { type BenchModel, benchModelNames, benchModels } from './benchModels.ts'

/*
 * Training steps on a GPU beside PyTorch's on the same one: eager, float32, with TF32 off and on. The two take turns.
 *   node test/bench/pytorch-gpu.ts [--json] [--device webgpu,cuda] [--python /usr/bin/python3] [--torch-device cuda]
 *     [--model resnet20,wrn16x4,cnn,mlp] [--batch 128] [--steps 50] [--rounds 3]
 * Our time is that of a step in a row of them, as a run takes them; PyTorch's is given so, and with each step waited for.
 * What is absent is named and left out. With --torch-device cpu the script can be tried where there is no GPU.
 */

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    device: { type: 'string', default: 'webgpu,cuda' },
    python: { type: 'string', default: 'python3' },
    'torch-device': { type: 'string', default: 'cuda' },
    model: { type: 'string', default: 'resnet20,wrn16x4,cnn,mlp' },
    batch: { type: 'string', default: '128' },
    steps: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '3' },
  },
})
const count = z.coerce.number().int().min(1)
const [batchSize, steps, rounds] = [values.batch, values.steps, values.rounds].map((value) =>
  count.parse(value),
)
const devices = z.array(z.enum(['webgpu', 'cuda', 'simd'])).parse(values.device.split(','))
const models = z.array(z.enum(benchModelNames)).parse(values.model.split(','))
const torchDevice = z.enum(['cuda', 'cpu']).parse(values['torch-device'])
const script = fileURLToPath(new URL('pytorch/step.py', import.meta.url))

const theirs = z.object({
  device: z.string().default('the processor'),
  stepMs: z.object({ median: z.number(), min: z.number() }),
  runningMs: z.number().optional(),
  parameters: z.int(),
})

interface Row {
  readonly model: string
  /** Whose step it is, and on what. */
  readonly who: string
  /** Milliseconds: in a row of steps, and each waited for. */
  readonly running: number | undefined
  readonly alone: number | undefined
}

/** Why PyTorch cannot be asked; undefined when it can. */
function torchProblem(): string | undefined {
  const code = `import torch; ${torchDevice === 'cuda' ? "assert torch.cuda.is_available(), 'PyTorch finds no CUDA GPU'" : ''}`
  const { status, stderr, error } = spawnSync(values.python, ['-c', code], { encoding: 'utf8' })
  if (status === 0) return undefined
  return error?.message ?? stderr.trim().split('\n').at(-1) ?? 'it ended without a word'
}

function askTorch(model: string, tf32: boolean) {
  const args = [script, model, '2', String(steps), '--device', torchDevice, '--batch', String(batchSize)]
  const ran = spawnSync(values.python, tf32 ? [...args, '--tf32'] : args, { encoding: 'utf8' })
  if (ran.status !== 0) throw new Error(`${values.python} ${args.join(' ')}: ${ran.stderr}`)
  return theirs.parse(JSON.parse(ran.stdout))
}

async function ask(device: (typeof devices)[number], model: BenchModel) {
  const { spec, shape } = benchModels[model]
  return runJob('bench', {
    model: modelSpec.parse(spec),
    shape: [...shape],
    classes: 10,
    batchSize: batchSize ?? 128,
    steps: steps ?? 50,
    device,
  })
}

const least = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.min(a, b)

const rows = new Map<string, Row>()
function add(row: Row): void {
  const key = `${row.model} ${row.who}`
  const before = rows.get(key)
  rows.set(key, {
    ...row,
    running: least(row.running, before?.running),
    alone: least(row.alone, before?.alone),
  })
}

const missing = new Map<string, string>()
const problem = torchProblem()
if (problem !== undefined) missing.set(`PyTorch on ${torchDevice}`, problem)
for (const model of models) {
  const parameters = new Set<number>()
  for (let round = 0; round < (rounds ?? 3); round++) {
    for (const device of devices) {
      if (missing.has(device)) continue
      try {
        const measured = await ask(device, model)
        parameters.add(measured.parameters)
        add({ model, who: measured.device, running: measured.stepMs.median, alone: undefined })
      } catch (error) {
        missing.set(device, error instanceof Error ? error.message : String(error))
      }
    }
    if (problem !== undefined) continue
    for (const tf32 of torchDevice === 'cuda' ? [false, true] : [false]) {
      const found = askTorch(model, tf32)
      parameters.add(found.parameters)
      const who = `PyTorch on ${found.device}${tf32 ? ', TF32' : ''}`
      add({ model, who, running: found.runningMs, alone: found.stepMs.median })
    }
  }
  if (parameters.size > 1) throw new Error(`${model} has ${[...parameters].join(' and ')} parameters`)
}

if (values.json) console.log(JSON.stringify({ batchSize, rows: [...rows.values()], missing: [...missing] }))
else {
  for (const [who, why] of missing) console.log(`${who} is not here: ${why}`)
  const ms = (time: number | undefined): string => (time === undefined ? '' : time.toFixed(2))
  console.log('| model | on | ms a step in a row | ms a step waited for |\n| --- | --- | --- | --- |')
  for (const { model, who, running, alone } of rows.values())
    console.log(`| ${model} | ${who} | ${ms(running)} | ${ms(alone)} |`)
}
