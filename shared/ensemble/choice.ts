import type { PredictionMethod } from './methods.ts'

/** Which candidates are members, and with what share. Both lists are parallel to the candidates. */
export interface Choice {
  readonly method: PredictionMethod
  readonly ticked: readonly boolean[]
  /** Used by `weighted` alone; a share of 0 leaves the candidate out. */
  readonly weights: readonly number[]
}

/** Whether candidate k takes part in the mixture. */
export function isMember({ method, ticked, weights }: Choice, k: number): boolean {
  return ticked[k] === true && (method !== 'weighted' || (weights[k] ?? 0) > 0)
}

/** Shares of the candidates, summing to 1 over the members and 0 elsewhere. */
export function sharesOf(choice: Choice): number[] {
  const raw = choice.ticked.map((_, k) => {
    if (!isMember(choice, k)) return 0
    return choice.method === 'weighted' ? (choice.weights[k] ?? 0) : 1
  })
  const total = raw.reduce((sum, weight) => sum + weight, 0)
  return raw.map((weight) => (total > 0 ? weight / total : 0))
}
