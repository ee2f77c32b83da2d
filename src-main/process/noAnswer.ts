/** How a process that owed an answer ended without one. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly why: 'died' | 'late' | 'cancelled'

  constructor(why: NoAnswer['why'], words: string) {
    super(words)
    this.why = why
  }
}

export const cancelled = (): NoAnswer => new NoAnswer('cancelled', 'it was cancelled')
