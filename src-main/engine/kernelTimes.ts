import * as tf from './tf.ts'

/*
 * How long each kernel of the current backend takes. While nobody asks, no kernel is touched: the backend's kernels are
 * exchanged for ones that look at the clock, and put back, around the work that is timed.
 */

/** Calls of one kernel, told apart by who computed. */
export interface KernelTime {
  /** As tfjs knows it: "Conv2D". */
  readonly name: string
  /** Whether it was computed in plain JavaScript. */
  readonly javascript: boolean
  readonly calls: number
  /** Milliseconds of the calling thread in these calls, without those of kernels that they called in turn. */
  readonly ms: number
}

interface Frame {
  javascript: boolean
  /** Milliseconds of the kernels that it has called. */
  within: number
}

/** The kernels under way, the innermost last; undefined while nothing is timed. */
let frames: Frame[] | undefined

/** Whether kernels are being timed: a step that would be repeated without tfjs has to go through it, for it to be seen. */
export const isTimingKernels = (): boolean => frames !== undefined

/** Tells that the kernel under way is computed in plain JavaScript. */
export function computesInJavaScript(): void {
  const frame = frames?.at(-1)
  if (frame !== undefined) frame.javascript = true
}

/** Kernels that give the same numbers under another name or shape: nothing is computed, by nobody. */
const movesNothing = new Set(['Identity', 'Reshape', 'ExpandDims'])

/**
 * Calls `work` and times every kernel of the current backend that it runs before it returns.
 * @throws Error what `work` throws, or where something is timed already
 */
export function timeKernels<T>(work: () => T): {
  readonly value: T
  readonly kernels: readonly KernelTime[]
} {
  if (frames !== undefined) throw new Error('kernels are being timed already')
  const sums = new Map<string, { name: string; javascript: boolean; calls: number; ms: number }>()
  const note = (name: string, { javascript, within }: Frame, ms: number): void => {
    if (movesNothing.has(name)) return
    const key = `${name}/${javascript}`
    const sum = sums.get(key) ?? { name, javascript, calls: 0, ms: 0 }
    sum.calls++
    sum.ms += ms - within
    sums.set(key, sum)
  }
  const putBack = exchange(note)
  frames = []
  try {
    return { value: work(), kernels: [...sums.values()] }
  } finally {
    frames = undefined
    putBack()
  }
}

/** @returns puts the kernels back as they were */
function exchange(note: (name: string, frame: Frame, ms: number) => void): () => void {
  const configs = tf.getKernelsForBackend(tf.getBackend())
  const own = configs.map((config) => ({ config, kernelFunc: config.kernelFunc }))
  for (const { config, kernelFunc } of own) {
    config.kernelFunc = (given) => {
      const frame: Frame = { javascript: false, within: 0 }
      const outer = frames?.at(-1)
      frames?.push(frame)
      const begun = performance.now()
      try {
        return kernelFunc(given)
      } finally {
        const ms = performance.now() - begun
        frames?.pop()
        if (outer !== undefined) outer.within += ms
        note(config.kernelName, frame, ms)
      }
    }
  }
  return () => {
    for (const { config, kernelFunc } of own) config.kernelFunc = kernelFunc
  }
}
