import type { ScriptScheduler, Shape } from './scriptArguments.ts'

/*
 * The schedulers of Hugging Face Transformers (transformers/optimization.py): a factor of the step, times learning_rate. All of
 * them rise from 0 over warmup_steps first.
 */

type Factor = (progress: number, step: number, warmup: number) => number

interface Kind {
  readonly type: string
  readonly factor: Factor
  /** Beyond learning_rate, warmup_steps and max_steps. */
  readonly more?: string
}

/** Of cycles. */
const counts = Array.from({ length: 49 }, (_, i) => i + 2)

/** Every kind with every argument that the schedule's own numbers suggest. */
export function huggingFace(shape: Shape): ScriptScheduler[] {
  // The first step after the warm-up has the full rate, and so has the step before where the warm-up ends there.
  const warmups = [...new Set([shape.warmup, 0])]
  return warmups.flatMap((warmup) => kinds(shape).map((kind) => scheduler(shape, warmup, kind)))
}

function scheduler(
  { highest, totalSteps }: Shape,
  warmup: number,
  { type, factor, more }: Kind,
): ScriptScheduler {
  const parts = [
    `learning_rate=${highest}`,
    `lr_scheduler_type="${type}"`,
    ...(warmup > 0 ? [`warmup_steps=${warmup}`] : []),
    ...(more === undefined ? [] : [`lr_scheduler_kwargs=${more}`]),
    `max_steps=${totalSteps}`,
  ]
  return {
    text: `TrainingArguments(${parts.join(', ')})`,
    rate(step) {
      if (step < warmup) return (highest * step) / Math.max(1, warmup)
      return highest * factor((step - warmup) / Math.max(1, totalSteps - warmup), step, warmup)
    },
  }
}

const cosine = (progress: number): number => 0.5 * (1 + Math.cos(Math.PI * progress))

function kinds({ highest, numbers }: Shape): Kind[] {
  const lower = numbers.filter((number) => number > 0 && number < highest)
  return [
    { type: 'constant_with_warmup', factor: () => 1 },
    { type: 'linear', factor: (progress) => Math.max(0, 1 - progress) },
    { type: 'cosine', factor: (progress) => Math.max(0, cosine(progress)) },
    {
      type: 'inverse_sqrt',
      factor(_progress, step, warmup) {
        const timescale = warmup > 0 ? warmup : 10_000
        return 1 / Math.sqrt((step + timescale - warmup) / timescale)
      },
    },
    ...lower.map(
      (least): Kind => ({
        type: 'cosine_with_min_lr',
        factor: (progress) => cosine(progress) * (1 - least / highest) + least / highest,
        more: `{"min_lr": ${least}}`,
      }),
    ),
    ...counts.map(
      (cycles): Kind => ({
        type: 'cosine_with_restarts',
        factor: (progress) => (progress >= 1 ? 0 : Math.max(0, cosine((cycles * progress) % 1))),
        more: `{"num_cycles": ${cycles}}`,
      }),
    ),
    ...[...lower, 0].flatMap((end) =>
      numbers
        .filter((power) => power > 0 && power <= 10)
        .map(
          (power): Kind => ({
            type: 'polynomial',
            factor: (progress) => (1 - end / highest) * (1 - progress) ** power + end / highest,
            more: `{"lr_end": ${end}, "power": ${power}}`,
          }),
        ),
    ),
  ]
}
