import type { Command } from 'commander'
import { z } from 'zod'
import { UserError } from '../../shared/errors.ts'
import type { TimingSubject } from '../../shared/run/deviceComparison.ts'
import { type ModelSpec, modelSpec } from '../../shared/run/spec.ts'
import { wholeNumber } from './context.ts'

/* A model by its name, and the shape of what it is trained on: for commands that time it. */

const datasets = {
  'mnist-shape': { shape: [28, 28, 1], classes: 10 },
  'cifar10-shape': { shape: [32, 32, 3], classes: 10 },
  'cifar100-shape': { shape: [32, 32, 3], classes: 100 },
} as const

export const shapeName = z.enum(['mnist-shape', 'cifar10-shape', 'cifar100-shape'])

export const modelOptions = {
  model: z.string().min(1),
  dataset: shapeName.default('cifar10-shape'),
  batch: wholeNumber(1, 65_536).default(128),
}
const chosen = z.object(modelOptions)

/** @param modelIs what is said of the model's own option */
export function addModelOptions(command: Command, modelIs: string): Command {
  return command
    .option('--model <name>', modelIs)
    .option(
      '--dataset <name>',
      `shape of the examples: ${Object.keys(datasets).join(', ')} (default: cifar10-shape)`,
    )
    .option('--batch <n>', 'examples in a step (default: 128)')
}

export const modelNames = 'softmax, mlp, cnn, resnet<depth> or wrn-<depth>-<widen>'

/** @throws UserError for a name of no model */
export function subjectNamed(options: z.infer<typeof chosen>, command: string): TimingSubject {
  const { model, dataset, batch } = options
  return { model: modelNamed(model, command), ...shapeNamed(dataset), batchSize: batch }
}

export function shapeNamed(name: z.infer<typeof shapeName>): Pick<TimingSubject, 'shape' | 'classes'> {
  const { shape, classes } = datasets[name]
  return { shape: [...shape], classes }
}

function modelNamed(name: string, command: string): ModelSpec {
  const [, family = '', depth, widen] = /^(softmax|mlp|cnn|resnet|wrn)-?(\d+)?(?:-(\d+))?$/.exec(name) ?? []
  const numbers = {
    ...(depth === undefined ? {} : { depth: Number(depth) }),
    ...(widen === undefined ? {} : { widen: Number(widen) }),
  }
  const model = modelSpec.safeParse({ kind: family, ...numbers })
  if (model.success) return model.data
  throw new UserError(
    `While reading the options of "anneal ${command}": model must be softmax, mlp, cnn, resnet<6n+2> or wrn-<6n+4>-<widen> (received "${name}").`,
  )
}
