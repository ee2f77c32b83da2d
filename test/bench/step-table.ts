import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { type DeviceName, modelSpec } from '../../shared/run/spec.ts'
import { NoAnswer } from '../../src-main/process/noAnswer.ts'
import { runJob } from '../../src-main/process/runJob.ts'
import { type BenchModel, benchModelNames, benchModels } from './benchModels.ts'

/*
 * The table of step times of docs/engine.md: every device and every model, milliseconds of the median step at batch 128.
 *   node test/bench/step-table.ts [--device simd,webgpu] [--model mlp,resnet20] [--batch 128] [--limit 60] [--steps 30]
 * A pair is given --limit seconds; a step that takes longer says so. Where the first step takes 10 s and more it is not
 * repeated.
 */

const { values } = parseArgs({
  options: {
    device: { type: 'string', default: 'simd,wasm,cpu,webgpu,cuda' },
    model: { type: 'string', default: benchModelNames.join() },
    batch: { type: 'string', default: '128' },
    limit: { type: 'string', default: '60' },
    steps: { type: 'string', default: '30' },
  },
})
const count = z.coerce.number().int().min(1)
const [batchSize, mostSteps] = [count.parse(values.batch), count.parse(values.steps)]
const limit = z.coerce.number().positive().parse(values.limit) * 1000
const tooLong = `> ${limit / 1000} s`
const models = z.array(z.enum(benchModelNames)).parse(values.model.split(','))
const devices = z
  .array(z.enum(['simd', 'wasm', 'cpu', 'webgpu', 'cuda']))
  .parse(values.device.split(','))
  .flatMap(withThreads)

interface Column {
  readonly device: DeviceName
  readonly threads?: number
}

function withThreads(device: 'simd' | 'wasm' | 'cpu' | 'webgpu' | 'cuda'): Column[] {
  if (device !== 'simd') return [{ device }]
  return Array.from(new Set([1, Math.min(2, availableParallelism())]), (threads) => ({ device, threads }))
}

const titleOf = ({ device, threads }: Column): string =>
  threads === undefined ? device : `${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`

/** Milliseconds left for the process to start and to compile beside the steps. */
const starting = 15_000

async function time(column: Column, model: BenchModel): Promise<{ words: string; device?: string }> {
  const { spec, shape } = benchModels[model]
  const request = { model: modelSpec.parse(spec), shape: [...shape], classes: 10, batchSize, ...column }
  try {
    const { device, stepMs } = await runJob(
      'bench',
      { ...request, steps: mostSteps, milliseconds: limit },
      // One step to warm up and one that is timed, at least; where the first takes long it is all there is.
      { within: starting + 2 * limit },
    )
    const { median } = stepMs
    if (median > limit) return { device, words: tooLong }
    return { device, words: median < 10 ? median.toFixed(2) : median.toFixed(0) }
  } catch (error) {
    if (error instanceof NoAnswer && error.why === 'late') return { words: tooLong }
    throw error
  }
}

const rows: string[][] = []
const notes: string[] = []
for (const column of devices) {
  const title = titleOf(column)
  const cells: string[] = []
  const names = new Set<string>()
  for (const model of models) {
    try {
      const { words, device } = await time(column, model)
      if (device !== undefined) names.add(device)
      cells.push(words)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      // What cannot be started will not start for the next model.
      if (cells.length === 0) {
        cells.push(...models.map(() => 'not here'))
        notes.push(`${title} is not here: ${why}`)
        break
      }
      cells.push('failed')
      notes.push(`${title}, ${model}: ${why}`)
    }
    console.error(`${title}, ${model}: ${cells.at(-1)}`)
  }
  rows.push([title, ...cells])
  for (const name of names) if (!title.startsWith('simd')) notes.push(`${title} is ${name}.`)
}
console.log(`Milliseconds of a training step, batch ${batchSize}\n`)
for (const row of [['', ...models], ['---', ...models.map(() => '---')], ...rows])
  console.log(`| ${row.join(' | ')} |`)
for (const note of notes) console.log(`\n${note}`)
