import { UserError } from '../../errors.ts'
import { type CompiledSchedule, compileSchedule } from '../compile.ts'
import type { ScheduleEdit } from '../edits.ts'
import type { SchedulePlan } from '../plan.ts'
import type { ScheduleSpec } from '../spec.ts'
import { kerasAdapter } from './keras.ts'
import { optaxAdapter } from './optax.ts'
import type { Written } from './place.ts'
import { createPythonFile, quoted } from './python.ts'
import { pytorchAdapter, pytorchFeedback } from './pytorch.ts'
import { tfjsFile } from './typescript/tfjs.ts'
import { writeTimeline } from './writeTimeline.ts'

/** Libraries a schedule can be exported for. */
export const exportTargets = ['pytorch', 'keras', 'optax', 'tfjs'] as const
export type ExportTarget = (typeof exportTargets)[number]

/** How people write the libraries' names. */
export const exportLibraries: Readonly<Record<ExportTarget, string>> = {
  pytorch: 'PyTorch',
  keras: 'Keras',
  optax: 'Optax',
  tfjs: 'TensorFlow.js',
}
const library = exportLibraries

/** Those that compute a schedule inside a compiled step, in float32: they look rates up. */
const compiledStep: ReadonlySet<ExportTarget> = new Set(['keras', 'optax'])

/** Steps for which they do: four bytes each. */
const maxTable = 10_000_000

/**
 * Python source, or TypeScript for tfjs, whose `learning_rate(step)` (and `momentum(step)` where the schedule moves it) gives the values of
 * compileSchedule(spec, plan, edits) for every step of the plan, within the rounding of float64, by formulas and with the
 * standard library alone; and an adapter for the library, which imports it only when called.
 * @throws UserError where compileSchedule does, for a plateau where the library has no such policy, and for what would not
 * fit a source file
 */
export function exportSchedule(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  target: ExportTarget,
  edits: readonly ScheduleEdit[] = [],
): string {
  const compiled = compileSchedule(spec, plan, edits)
  if (compiledStep.has(target) && compiled.totalSteps > maxTable) {
    throw new UserError(
      `While exporting the schedule for ${library[target]}: its rates are looked up in a table of at most ${maxTable} steps (received ${compiled.totalSteps}); export a shorter plan, or for PyTorch.`,
    )
  }
  const file = createPythonFile()
  const written = writeTimeline(file, spec, plan, edits)
  refuseFeedback(target, compiled)
  const head = header(spec, plan, target, edits, compiled)
  if (target === 'tfjs') {
    const { totalSteps } = compiled
    return tfjsFile(head, { totalSteps, stepsPerEpoch: plan.stepsPerEpoch }, file.text(), written.momentum)
  }
  const adapter = adapterFor(target, compiled, written)
  const code = [prelude(compiled, plan), file.text(), ...adapter].join('\n\n\n')
  const comment = head.map((line) => `# ${line}`.trimEnd()).join('\n')
  const parts = [comment, imports(code), code]
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`
}

function adapterFor(
  target: 'pytorch' | 'keras' | 'optax',
  { feedback }: CompiledSchedule,
  { momentum }: Written,
): string[] {
  if (feedback !== undefined) return pytorchFeedback(feedback, momentum)
  if (target === 'pytorch') return pytorchAdapter(momentum)
  return target === 'keras' ? kerasAdapter(momentum) : optaxAdapter(momentum)
}

function refuseFeedback(target: ExportTarget, { feedback }: CompiledSchedule): void {
  if (feedback === undefined) return
  if (target !== 'pytorch') {
    throw new UserError(
      `While exporting the schedule for ${library[target]}: ${library[target]} has no plateau policy that counts epochs as this one does; export it for PyTorch.`,
    )
  }
  if (feedback.mode === 'min' && feedback.thresholdMode === 'rel' && feedback.threshold >= 1) {
    throw new UserError(
      `While exporting the schedule for PyTorch: a relative threshold must be below 1 there, or no loss ever counts as better (received ${feedback.threshold}); use a smaller one, or thresholdMode "abs".`,
    )
  }
}

function header(
  spec: ScheduleSpec,
  plan: SchedulePlan,
  target: ExportTarget,
  edits: readonly ScheduleEdit[],
  compiled: CompiledSchedule,
): string[] {
  const planned = JSON.stringify(plan)
  return [
    `A learning-rate schedule exported by Anneal for ${library[target]}.`,
    '',
    quoted(compiled.summary),
    '',
    `Schedule: ${quotedJson(spec)}`,
    `Plan: ${compiled.totalSteps} steps, ${plan.stepsPerEpoch} ${plan.stepsPerEpoch === 1 ? 'step' : 'steps'} per epoch: ${planned}`,
    ...(edits.length > 0 ? [`Edits: ${quotedJson(edits)}`] : []),
    '',
    `${target === 'tfjs' ? 'learningRate' : 'learning_rate'}(step) is the rate of optimizer step \`step\`, counted from 0: the number that Anneal shows and uses, up to`,
    'the rounding of float64.',
    ...(compiledStep.has(target)
      ? [
          `${library[target]} computes schedules in float32 inside a compiled step: make_schedule() looks these numbers up there.`,
        ]
      : []),
    ...(compiled.feedback
      ? ['It is the planned rate; the plateau policy below lowers it by the metric.']
      : []),
  ]
}

/** JSON has no line break outside its strings, and escapes those inside; the rest of the breaks there are go too. */
const quotedJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u007f-\u009f\u2028\u2029]/g, ' ')

function prelude({ totalSteps }: CompiledSchedule, { stepsPerEpoch }: SchedulePlan): string {
  return [
    `TOTAL_STEPS = ${totalSteps}`,
    `STEPS_PER_EPOCH = ${stepsPerEpoch}`,
    '',
    '',
    'def _check_step(step: int) -> None:',
    '    if not 0 <= step < TOTAL_STEPS:',
    '        raise ValueError(f"step must be from 0 to {TOTAL_STEPS - 1}, not {step}")',
  ].join('\n')
}

function imports(code: string): string {
  const modules = ['bisect', 'math']
    .filter((name) => code.includes(`${name}.`))
    .map((name) => `import ${name}`)
  return [...modules, ...(code.includes('Optional[') ? ['from typing import Optional'] : [])].join('\n')
}
