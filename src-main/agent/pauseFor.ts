import { setTimeout } from 'node:timers/promises'

/** Resolves after so many milliseconds, or when the signal comes. */
export const pauseFor = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  setTimeout(Math.max(0, milliseconds), undefined, { signal }).catch(() => undefined)
