/*
 * What is to be done to a queue, so that it offers what the store has, in the order of the lab's queue. BullMQ hands out
 * lower priorities first, and of one priority what was added first. So runs that join at the end share the last one's
 * priority, and only what comes in between needs another: hardly ever is an offer touched that stays where it is.
 */

/** An offer that waits for its turn. */
export interface HeldOffer {
  readonly id: string
  readonly priority: number
}

/** A queue as it was found. */
export interface HeldOffers {
  /** In the order in which they are handed out. */
  readonly waiting: readonly HeldOffer[]
  /** Come back from a worker, soon to be offered again: wherever they stand, they stay. */
  readonly returned: readonly string[]
  /** A worker has them: the host answers for them. */
  readonly active: readonly string[]
}

export interface OfferChanges {
  readonly remove: readonly string[]
  /** In this order. */
  readonly add: readonly HeldOffer[]
}

/** BullMQ takes 1 to 2,097,151; from the middle there is room on both sides. */
const firstPriority = 1 << 20

/** @param wanted ids, in the order of the lab's queue */
export function planOffers(wanted: readonly string[], held: HeldOffers): OfferChanges {
  const isWanted = new Set(wanted)
  const elsewhere = new Set([...held.returned, ...held.active])
  const inOrder = wanted.filter((id) => !elsewhere.has(id))
  const kept = keptOf(inOrder, held.waiting)
  const add = additions(inOrder, kept)
  const remove = [
    ...held.waiting.filter(({ id }) => !kept.has(id)).map(({ id }) => id),
    ...held.returned.filter((id) => !isWanted.has(id)),
  ]
  return { remove, add }
}

/** The offers that can stay, with their priorities: in the right order, and with room for what comes between them. */
function keptOf(inOrder: readonly string[], waiting: readonly HeldOffer[]): Map<string, number> {
  const placeOf = new Map(waiting.map(({ id }, index) => [id, index]))
  const stays = new Set(longestRising(inOrder.map((id) => placeOf.get(id)).filter((at) => at !== undefined)))
  const kept = new Map<string, number>()
  let last = 0
  let isGap = false
  for (const id of inOrder) {
    const place = placeOf.get(id)
    const offer = place === undefined || !stays.has(place) ? undefined : waiting[place]
    if (offer === undefined) {
      isGap = true
      continue
    }
    // What comes in between gets the priority just before this one. Without room, all from here on is added anew.
    if (isGap && offer.priority - 1 < Math.max(1, last)) break
    isGap = false
    last = offer.priority
    kept.set(id, offer.priority)
  }
  return kept
}

function additions(inOrder: readonly string[], kept: ReadonlyMap<string, number>): HeldOffer[] {
  const added: HeldOffer[] = []
  // From the end, since the priority depends on what follows.
  let following: number | undefined
  for (const id of [...inOrder].reverse()) {
    const priority = kept.get(id)
    if (priority !== undefined) following = priority
    else added.push({ id, priority: following === undefined ? lastOf(kept) : following - 1 })
  }
  return added.reverse()
}

const lastOf = (kept: ReadonlyMap<string, number>): number => [...kept.values()].at(-1) ?? firstPriority

/** Of a sequence of different numbers, the longest part that rises (patience sorting, Fredman 1975). */
function longestRising(numbers: readonly number[]): number[] {
  /** At i: the smallest number that ends a rising part of i + 1 numbers. */
  const ends: number[] = []
  const before = new Map<number, number | undefined>()
  for (const number of numbers) {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((ends[middle] ?? 0) < number) low = middle + 1
      else high = middle
    }
    before.set(number, ends[low - 1])
    ends[low] = number
  }
  const rising: number[] = []
  for (let at = ends.at(-1); at !== undefined; at = before.get(at)) rising.push(at)
  return rising.reverse()
}
