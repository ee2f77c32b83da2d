import { resumeWords } from './trainerLink.ts'

/** What happens to a trainer that does not obey a stop. */
export interface StopByForce {
  /** It has been told to stop. */
  begin(): void
  /** It has sent something: it comes to its messages, and will come to its commands. */
  heard(): void
  cancel(): void
  readonly isUsed: boolean
  /** What was lost, in words. @param stepsDone that are stored · @param resumesAt see resumeWords */
  explain(stepsDone: number, resumesAt: number | undefined): string
}

/** A trainer that comes to its messages, and yet never to its commands, is ended after so many times its patience. */
const mostPatience = 15

/**
 * A trainer obeys between two steps. One that computes without end is silent: it is ended when it has been so for
 * `patience` milliseconds since it was told to stop. One that waits for a device that never answers gives signs of life
 * all the while: it is ended in the end.
 */
export function stopByForce(patience: number, end: () => void): StopByForce {
  let silence: NodeJS.Timeout | undefined
  let limit: NodeJS.Timeout | undefined
  let why: string | undefined
  const force = (words: string): void => {
    if (why !== undefined) return
    why = words
    end()
  }
  const listen = (): void => {
    clearTimeout(silence)
    silence = setTimeout(() => force(`was silent for ${patience / 1000} s`), patience)
  }
  return {
    begin() {
      listen()
      limit ??= setTimeout(
        () => force(`did not obey within ${(mostPatience * patience) / 1000} s`),
        mostPatience * patience,
      )
    },
    heard() {
      if (silence !== undefined && why === undefined) listen()
    },
    cancel() {
      clearTimeout(silence)
      clearTimeout(limit)
    },
    get isUsed() {
      return why !== undefined
    },
    explain(stepsDone, resumesAt) {
      const steps = stepsDone - (resumesAt ?? 0)
      const after = `after its ${resumesAt ? 'last checkpoint' : 'start'}`
      const lost =
        steps <= 0
          ? 'the step under way is lost'
          : steps === 1
            ? `the step ${after} is lost`
            : `the ${steps} steps ${after} are lost`
      return `The trainer was told to stop, ${why} and was ended by force; ${lost}; ${resumeWords(resumesAt)}.`
    },
  }
}
