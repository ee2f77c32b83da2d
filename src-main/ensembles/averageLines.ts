import type { AverageLines, WeightLinePoint } from '../../shared/api/ensembles.ts'
import { errorsOfBump, heightAbove } from '../../shared/ensemble/bump.ts'
import type { LineTold } from '../../shared/run/line.ts'
import { LastKept } from './lastKept.ts'
import type { MixtureLosses } from './mixtureLosses.ts'
import { isEnd, placesOf, topOf } from './places.ts'

/** Twice as far apart as between two snapshots: there are as many lines as members. */
const inner = placesOf(10).filter((at) => !isEnd(at))

export type MeasureAverageLines = (
  snapshotIds: readonly number[],
  signal?: AbortSignal,
) => AsyncGenerator<AverageLines, void, undefined>

/** Measures the lines from each snapshot to the plain average of the weights of all, as it becomes known. */
export function createAverageLines(mixtureLosses: MixtureLosses): MeasureAverageLines {
  const known = new LastKept<AverageLines>(8)
  return async function* (snapshotIds, signal) {
    const key = snapshotIds.join(' ')
    const kept = known.get(key)
    if (kept !== undefined) return yield kept
    const star = new Star(snapshotIds)
    const asked = {
      doing: 'measuring the lines to an average of weights',
      snapshotIds,
      mixtures: star.places.map((place) => star.sharesAt(place)),
    }
    for await (const told of mixtureLosses(asked, signal)) {
      star.take(told)
      yield star.answer()
    }
    known.keep(key, star.answer())
  }
}

interface Place {
  /** Absent: of the average itself. */
  readonly member?: number
  readonly at: number
}

/** What is known so far. Only the losses of the ends are kept: those of 50 members in all places would fill hundreds of megabytes. */
class Star {
  /** The ends come first; then every member's middle before anybody's next place. */
  readonly places: readonly Place[]
  readonly #ids: readonly number[]
  readonly #points: WeightLinePoint[][]
  /** To measure heights from: with statistics measured like those of the places between. */
  readonly #ends: (Float64Array | undefined)[]
  #average: Float64Array | undefined
  readonly #measured = new Set<number>()

  constructor(ids: readonly number[]) {
    const ofMembers = [0, ...inner].flatMap((at) => ids.map((_, member): Place => ({ member, at })))
    this.places = [{ at: 1 }, ...ofMembers]
    this.#ids = ids
    this.#points = ids.map(() => [])
    this.#ends = ids.map(() => undefined)
  }

  sharesAt({ member, at }: Place): number[] {
    return this.#ids.map((_, k) => (k === member ? 1 - at : 0) + at / this.#ids.length)
  }

  take({ mixture, losses, accuracy, recomputed }: LineTold): void {
    const place = this.places[mixture]
    if (place === undefined) throw new Error('a place was told that was not asked for')
    this.#measured.add(mixture)
    const loss = losses.reduce((a, b) => a + b, 0) / losses.length
    if (place.member === undefined) {
      this.#average = losses
      for (const points of this.#points)
        points.push({ at: 1, loss, accuracy, height: null, standardError: null })
      return
    }
    const own = this.#points[place.member]
    if (place.at === 0) this.#ends[place.member] ??= losses
    // A member is shown as it was stored, which is told after what was measured anew.
    const before = own?.findIndex(({ at }) => at === place.at) ?? -1
    if (before >= 0 && !recomputed) own?.splice(before, 1)
    own?.push({ at: place.at, loss, accuracy, ...this.#heightAt(place.member, place.at, losses) })
  }

  #heightAt(member: number, at: number, losses: Float64Array) {
    const [end, average] = [this.#ends[member], this.#average]
    if (isEnd(at) || end === undefined || average === undefined) return { height: null, standardError: null }
    return heightAbove(losses, [
      { weight: 1 - at, losses: end },
      { weight: at, losses: average },
    ])
  }

  answer(): AverageLines {
    const count = this.#ids.length
    const lines = this.#ids.map((snapshotId, k) => {
      const points = (this.#points[k] ?? []).toSorted((a, b) => a.at - b.at)
      return { snapshotId, points, top: topOf(points, count) }
    })
    return {
      lines,
      measured: this.#measured.size,
      places: this.places.length,
      isDone: this.#measured.size === this.places.length,
      examples: this.#average?.length ?? 0,
      errorsOfBump: errorsOfBump(count),
      leastBump: Math.max(0, ...lines.map(({ top }) => top?.leastBump ?? 0)),
    }
  }
}
