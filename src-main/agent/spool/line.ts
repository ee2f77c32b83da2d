/** Does one thing after another, whatever became of the one before. */
export interface Line {
  next<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing waits any more. Never rejects. */
  idle(): Promise<void>
}

export function createLine(): Line {
  let last: Promise<unknown> = Promise.resolve()
  return {
    next(work) {
      const done = last.then(work, work)
      last = done.catch(() => undefined)
      return done
    },
    async idle() {
      for (let seen: unknown; seen !== last; ) {
        seen = last
        await last
      }
    },
  }
}
