/** What happens to a trainer that does not obey a stop. */
export interface StopByForce {
  /** It has been told to stop. */
  begin(): void
  /** It has sent something: it comes to its messages, and will come to its commands. */
  heard(): void
  cancel(): void
  readonly isUsed: boolean
  /** What was lost, in words. @param stepsDone that are stored · @param resumesAt steps of the last checkpoint */
  explain(stepsDone: number, resumesAt: number): string
}

/**
 * A trainer obeys between two steps. One that computes without end, or whose driver hangs, never comes to it: when it has
 * been silent for `patience` milliseconds since it was told to stop, it is ended.
 */
export function stopByForce(patience: number, end: () => void): StopByForce {
  let timer: NodeJS.Timeout | undefined
  let isUsed = false
  const wait = (): void => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      isUsed = true
      end()
    }, patience)
  }
  return {
    begin: wait,
    heard() {
      if (timer !== undefined && !isUsed) wait()
    },
    cancel: () => clearTimeout(timer),
    get isUsed() {
      return isUsed
    },
    explain(stepsDone, resumesAt) {
      const lost =
        stepsDone > resumesAt
          ? `the ${stepsDone - resumesAt} steps after its last checkpoint are lost`
          : 'the step under way is lost'
      return `The trainer was told to stop, was silent for ${patience / 1000} s and was ended by force; ${lost}; resume continues after ${resumesAt} ${resumesAt === 1 ? 'step' : 'steps'}.`
    },
  }
}
