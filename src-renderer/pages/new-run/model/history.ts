/*
 * What was there before, for undo and redo. Changes that belong together (the letters of a word, the moves of one drag)
 * are one step back.
 */

export interface History<T> {
  /** The oldest first. */
  readonly past: readonly T[]
  readonly present: T
  /** What was undone, the next to redo first. */
  readonly future: readonly T[]
  /** The last change: which one it was, and when, in milliseconds. */
  readonly last?: { readonly change: string; readonly at: number } | undefined
}

/** Steps back that are kept. */
const mostSteps = 200
/** Changes of one place that follow each other faster are one, in milliseconds. */
const pause = 1_000

export const historyOf = <T>(present: T): History<T> => ({ past: [], present, future: [] })

/**
 * @param change what was changed: further changes of the same name go on with the step under way
 * @param isGesture it belongs to a drag, which is one step however long it takes
 */
export function changed<T>(
  { past, present, last }: History<T>,
  next: T,
  { change, at, isGesture }: { readonly change: string; readonly at: number; readonly isGesture: boolean },
): History<T> {
  const goesOn = last?.change === change && (isGesture || at - last.at < pause)
  return {
    past: goesOn ? past : [...past, present].slice(-mostSteps),
    present: next,
    future: [],
    last: { change, at },
  }
}

export function undone<T>({ past, present, future }: History<T>): History<T> | undefined {
  const before = past.at(-1)
  return before === undefined
    ? undefined
    : { past: past.slice(0, -1), present: before, future: [present, ...future] }
}

export function redone<T>({ past, present, future: [next, ...rest] }: History<T>): History<T> | undefined {
  return next === undefined ? undefined : { past: [...past, present], present: next, future: rest }
}
