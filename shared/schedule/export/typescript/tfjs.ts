import type { MomentumFunction } from '../place.ts'
import { translateFile } from './statement.ts'
import { helpersOf } from './typescriptHelpers.ts'

/** The plan's numbers, and the refusal of steps outside of it. */
const prelude = (totalSteps: number, stepsPerEpoch: number): string =>
  `export const TOTAL_STEPS = ${totalSteps}
export const STEPS_PER_EPOCH = ${stepsPerEpoch}

function checkStep(step: number): void {
  if (Number.isInteger(step) && step >= 0 && step < TOTAL_STEPS) return
  throw new RangeError(\`step must be a whole number from 0 to \${TOTAL_STEPS - 1}, not \${step}\`)
}`

/** Sets the rate of whatever optimizer: only SGD and momentum have a method for it, the rest read their field. */
const setter = `/** Sets the rate of an optimizer of tf.train before optimizer step \`step\`; after the last step it holds. */
export function setRate(optimizer: object, step: number): void {
  const rate = learningRate(Math.min(step, TOTAL_STEPS - 1))
  const set: unknown = Reflect.get(optimizer, 'setLearningRate')
  if (typeof set === 'function') Reflect.apply(set, optimizer, [rate])
  else Reflect.set(optimizer, 'learningRate', rate)
}`

/**
 * A TypeScript file without imports, for Node, bundlers and browsers.
 * @param python lists and functions as PythonFile has them
 */
export function tfjsFile(
  header: readonly string[],
  { totalSteps, stepsPerEpoch }: { totalSteps: number; stepsPerEpoch: number },
  python: string,
  momentum: MomentumFunction | undefined,
): string {
  const code = translateFile(python)
  const parts = [
    header.map((line) => `// ${line}`.trimEnd()).join('\n'),
    prelude(totalSteps, stepsPerEpoch),
    ...helpersOf(code),
    code,
    setter,
    usage(momentum),
  ]
  return `${parts.join('\n\n')}\n`
}

function usage(momentum: MomentumFunction | undefined): string {
  return [
    '// How to use it:',
    '//',
    '// const optimizer = tf.train.momentum(learningRate(0), 0.9)',
    '// for (let step = 0; step < TOTAL_STEPS; step++) {',
    '//   setRate(optimizer, step)',
    '//   optimizer.minimize(() => ...) // one batch',
    '// }',
    ...(momentum
      ? [
          '//',
          '// momentum(step) is for an optimizer of your own: those of tf.train compute with the momentum that they were',
          '// made with, whatever setMomentum is given (tfjs 4.22).',
        ]
      : []),
  ].join('\n')
}
