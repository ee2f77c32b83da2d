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

export const modelNames =
  'softmax, mlp, cnn, resnet<depth>, wrn-<depth>-<widen>, densenet-<depth>-<growth>, densenet-bc-<depth>-<growth> or vgg<depth>'

/** @throws UserError for a name of no model */
export function subjectNamed(options: z.infer<typeof chosen>, command: string): TimingSubject {
  const { model, dataset, batch } = options
  return { model: modelNamed(model, command), ...shapeNamed(dataset), batchSize: batch }
}

export function shapeNamed(name: z.infer<typeof shapeName>): Pick<TimingSubject, 'shape' | 'classes'> {
  const { shape, classes } = datasets[name]
  return { shape: [...shape], classes }
}

const families = z.enum(['softmax', 'mlp', 'cnn', 'resnet', 'wrn', 'densenet', 'vgg'])

/** What the second number of a name is. */
const seconds: Readonly<Record<string, string>> = { wrn: 'widen', densenet: 'growth' }

function modelNamed(name: string, command: string): ModelSpec {
  const [, family = '', bc, first, second] = /^([a-z]+?)(-bc)?-?(\d+)?(?:-(\d+))?$/.exec(name) ?? []
  const model = modelSpec.safeParse({
    kind: families.safeParse(family).data,
    ...(bc === undefined ? {} : { bc: true }),
    ...(first === undefined ? {} : { depth: Number(first) }),
    ...(second === undefined ? {} : { [seconds[family] ?? 'width']: Number(second) }),
  })
  if (model.success) return model.data
  throw new UserError(
    `While reading the options of "anneal ${command}": model must be softmax, mlp, cnn, resnet<6n+2>, wrn-<6n+4>-<widen>, densenet-<3n+4>-<growth>, densenet-bc-<6n+4>-<growth> or vgg<11, 13, 16 or 19> (received "${name}").`,
  )
}
