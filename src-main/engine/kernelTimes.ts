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

/** Tells that the kernel under way is computed in plain JavaScript. */
export function computesInJavaScript(): void {
  const frame = frames?.at(-1)
  if (frame !== undefined) frame.javascript = true
}

type Note = (name: string, frame: Frame, ms: number, calls: number) => void
let noteNow: Note | undefined

/** Takes the time of a part of a kernel that a recorded step repeats. @param calls 1 for the first part of a call, 0 for others */
export function timeRepeated(name: string, calls: 0 | 1, work: () => void): void {
  const begun = performance.now()
  work()
  noteNow?.(name, { javascript: false, within: 0 }, performance.now() - begun, calls)
}

export const areKernelsTimed = (): boolean => noteNow !== undefined

/** Does something whose kernels are not the step's own, such as a trial in which none computes. */
export function untimed<T>(work: () => T): T {
  const note = noteNow
  noteNow = undefined
  try {
    return work()
  } finally {
    noteNow = note
  }
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
  const note: Note = (name, { javascript, within }, ms, calls) => {
    if (movesNothing.has(name)) return
    const key = `${name}/${javascript}`
    const sum = sums.get(key) ?? { name, javascript, calls: 0, ms: 0 }
    sum.calls += calls
    sum.ms += ms - within
    sums.set(key, sum)
  }
  const putBack = exchange()
  noteNow = note
  frames = []
  try {
    return { value: work(), kernels: [...sums.values()] }
  } finally {
    frames = undefined
    noteNow = undefined
    putBack()
  }
}

/** @returns puts the kernels back as they were */
function exchange(): () => void {
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
        noteNow?.(config.kernelName, frame, ms, 1)
      }
    }
  }
  return () => {
    for (const { config, kernelFunc } of own) config.kernelFunc = kernelFunc
  }
}
