import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { buildTimetable } from '../../../shared/run/plan.ts'
import type { RunSpec } from '../../../shared/run/spec.ts'
import type { SchedulePlan } from '../../../shared/schedule/index.ts'
import { openDataset } from '../../../src-main/datasets/index.ts'
import * as tf from '../../../src-main/engine/tf.ts'
import { prepareData, type TrainingData } from '../../../src-main/trainer/batches.ts'
import { weightsOf } from '../../../src-main/trainer/checkpoint.ts'
import { buildModel } from '../../../src-main/trainer/models/index.ts'

const trained = z.object({
  torch: z.string(),
  testAccuracy: z.number(),
  losses: z.array(z.number()),
  sharedTestAccuracy: z.number(),
  sharedLosses: z.array(z.number()),
  seconds: z.number(),
})

export interface TorchRequest {
  readonly python: string
  readonly threads: number
}

/**
 * Trains the ResNet-20 of `spec` in PyTorch on the very batches, rates and momenta of our run, which are streamed to it: from
 * initial weights of its own, and ("shared") from ours. A backend must be running.
 * @throws Error when PyTorch fails
 */
export async function trainTorch(
  spec: RunSpec,
  plan: SchedulePlan,
  folder: string,
  { python, threads }: TorchRequest,
): Promise<z.infer<typeof trained>> {
  const data = prepareData(spec, await openDataset(folder), plan.stepsPerEpoch)
  const tests = data.parts.find(({ name }) => name === 'test')?.indices.length ?? 0
  const numbers = [spec.seed, threads, plan.totalSteps, spec.batchSize, tests, ...data.input.shape]
  const script = fileURLToPath(new URL('accuracy.py', import.meta.url))
  const child = spawn(python, [script, ...numbers.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  // A child that failed has said why; that its input broke is no news.
  const sent = pipeline(Readable.from(everything(spec, plan, data)), child.stdin).catch(() => undefined)
  const answer = await text(child.stdout)
  await sent
  const [code] = await ended
  if (code !== 0) throw new Error(`PyTorch ended with status ${code}`)
  return trained.parse(JSON.parse(answer))
}

/** As accuracy.py reads it. */
async function* everything(
  spec: RunSpec,
  plan: SchedulePlan,
  data: TrainingData,
): AsyncGenerator<Uint8Array> {
  const model = await buildModel(spec.model, data.input, spec.seed)
  const weights = await weightsOf(model)
  for (const { data: values } of weights.slice(0, model.variables.length)) yield values
  model.dispose()
  const { schedule } = buildTimetable(spec, { plan, edits: [] })
  for (let step = 0; step < plan.totalSteps; step++) {
    const { lr, momentum } = schedule.at(step)
    if (momentum === undefined) throw new Error('the schedule is expected to move momentum')
    yield bytesOf(Float64Array.of(lr, momentum))
    const { x, y, labels } = data.trainingBatch(step)
    yield bytesOf((await x.data<'float32'>()).slice())
    yield bytesOf(Int32Array.from(labels))
    tf.dispose([x, y])
  }
  for (const part of data.parts.filter(({ name }) => name === 'test')) {
    const x = data.partBatch(part, 0, part.indices.length)
    yield bytesOf((await x.data<'float32'>()).slice())
    yield bytesOf(Int32Array.from(part.labels))
    x.dispose()
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Float64Array | Float32Array | Int32Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
