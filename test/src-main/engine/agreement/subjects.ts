import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { initialPlan } from '../../../../shared/run/plan.ts'
import { parseRunSpec, type RunSpec } from '../../../../shared/run/spec.ts'
import type { SchedulePlan } from '../../../../shared/schedule/index.ts'
import { contentId } from '../../../../src-main/datasets/contentId.ts'
import { createCatalogue, datasetFiles, openDataset } from '../../../../src-main/datasets/index.ts'

/* What every device trains to be compared with the others, and what it tells of it. */

export const trainCount = 480

export interface Subject {
  readonly spec: RunSpec
  readonly plan: SchedulePlan
  /**
   * By how much of itself a loss may differ. Rounding alone makes 4e-7 in 50 steps of the CNN; in ResNet at so small a
   * batch, batch normalisation and the kinks of ReLU make it up to 3e-5 (on tfjs's own wasm backend) in 3.
   */
  readonly lossTolerance: number
}

/** As small as the slow reference demands: with no part to measure the model on, for one. */
export function subjectsOn(device: string): Readonly<Record<string, Subject>> {
  const subject = (lossTolerance: number, spec: Record<string, unknown>): Subject => {
    const common = { dataset: { name: 'some of Fashion-MNIST', validation: 0, test: 0 }, device }
    const parsed = parseRunSpec({ ...common, ...spec })
    return { spec: parsed, plan: initialPlan(parsed, trainCount), lossTolerance }
  }
  return {
    'small CNN': subject(1e-5, {
      model: { kind: 'cnn', filters: [6, 12], dense: 20 },
      optimizer: { kind: 'sgd', nesterov: true, weightDecay: 5e-4 },
      schedule: { kind: 'oneCycle', lrMax: 0.05, momentum: { curve: 'inverse', low: 0.85, high: 0.95 } },
      augmentation: { crop: 1, flip: true },
      batchSize: 10,
      budget: { steps: 50 },
    }),
    'ResNet-8': subject(2e-4, {
      model: { kind: 'resnet', depth: 8 },
      optimizer: { kind: 'sgd', nesterov: true, weightDecay: 5e-4 },
      schedule: { kind: 'constant', lr: 0.005 },
      batchSize: 2,
      budget: { steps: 3 },
    }),
  }
}

/** What a device sends for each subject: the losses of the run, and the gradients that its first step had. */
export const learned = z.object({
  name: z.string(),
  device: z.string(),
  losses: z.array(z.number()),
  gradients: z.array(z.object({ name: z.string(), values: z.instanceof(Float32Array) })),
})
export type Learned = z.infer<typeof learned>

/** Pixels of an image's side, once every second row and column is left out. */
const side = 14

/** Every second pixel of the embedded data set's first images: a quarter of the work for the slow reference. */
function halved(examples: ArrayLike<number>): Uint8Array {
  const pixels = new Uint8Array(trainCount * side * side)
  for (let i = 0; i < pixels.length; i++) {
    const row = Math.floor(i / side)
    pixels[i] = examples[row * 4 * side + (i % side) * 2] ?? 0
  }
  return pixels
}

/** Stores them as a data set of its own, without tests. */
export async function storeImages(home: string): Promise<string> {
  const whole = await createCatalogue(home).resolve('fashion-mnist-12k')
  const { meta, examples, labels } = await openDataset(whole.folder)
  const folder = join(home, 'some')
  await mkdir(folder)
  const files = datasetFiles(folder)
  const [firstExamples, firstLabels] = [halved(examples), labels.subarray(0, trainCount)]
  const digest = (bytes: NodeJS.ArrayBufferView) => createHash('sha256').update(bytes).digest('hex')
  const content = { ...meta, shape: [side, side, 1], trainCount, testCount: 0 }
  const id = contentId(content, { examples: digest(firstExamples), labels: digest(firstLabels) })
  await writeFile(files.meta, JSON.stringify({ ...content, version: 1, id, name: 'some of Fashion-MNIST' }))
  await writeFile(files.examples, firstExamples)
  await writeFile(files.labels, firstLabels)
  return folder
}
