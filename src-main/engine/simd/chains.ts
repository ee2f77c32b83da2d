import { mostStages } from './job.ts'
import { blocksOf, type Chain, type JobMove, type PlainMove } from './moves.ts'

/** What the examples that a thread works on take in the second cache, in all tensors of a chain. */
const cacheBytes = 768 * 1024
/** Chunks of a chain: enough for the threads of a desktop machine. */
const fewestChunks = 16

/**
 * Joins kernels that go over the same examples, so that each thread takes some examples through all of them: what one
 * kernel wrote is in the cache when the next one reads it.
 *
 *   normApply, winogradFilter, convolve, normMoments, normJoin, normApply ...
 *   ─► winogradFilter, [normApply, convolve, normMoments] example by example, normJoin, [normApply ...
 *
 * Kernels in between that work on other blocks go before the chain, or behind it. Results are the same bits: no kernel is
 * told anything else, and each number is read after it was written as before.
 * @param blocks bytes of each block; undefined for one that was there before the step
 */
export function chained(
  moves: readonly PlainMove[],
  blocks: readonly (number | undefined)[],
): (PlainMove | Chain)[] {
  const ordered: (PlainMove | Chain)[] = []
  let open: OpenChain | undefined
  for (const move of moves) {
    if (open?.takes(move)) continue
    if (open !== undefined) ordered.push(...open.close())
    open = startsChain(move) ? new OpenChain(move, blocks) : undefined
    if (open === undefined) ordered.push(move)
  }
  if (open !== undefined) ordered.push(...open.close())
  return ordered
}

const startsChain = (move: PlainMove): move is JobMove => 'job' in move && move.job.slices !== undefined

/** A chain that may go on. */
class OpenChain {
  readonly #stages: JobMove[] = []
  readonly #before: PlainMove[] = []
  readonly #behind: PlainMove[] = []
  readonly #sizes: readonly (number | undefined)[]
  readonly #count: number
  /** Blocks of the stages; whether by slices alone, and whether any stage writes them. */
  readonly #blocks = new Map<number, { sliced: boolean; written: boolean }>()
  readonly #blocksBehind = new Set<number>()
  #granularity = 1

  constructor(first: JobMove, sizes: readonly (number | undefined)[]) {
    this.#sizes = sizes
    this.#count = first.job.slices?.count ?? 1
    this.#add(first)
  }

  /** @returns whether the move has found its place in the chain, before it or behind it */
  takes(move: PlainMove): boolean {
    const blocks = blocksOf(move)
    if (blocks.some((block) => this.#blocksBehind.has(block))) return this.#goesBehind(move, blocks)
    if ('job' in move && this.#fits(move)) {
      this.#add(move)
      return true
    }
    if (startsChain(move)) return false
    if (blocks.some((block) => this.#blocks.has(block))) return this.#goesBehind(move, blocks)
    this.#before.push(move)
    return true
  }

  close(): (PlainMove | Chain)[] {
    const [first, second] = this.#stages
    const count = this.#count
    const chunk = Math.max(
      this.#granularity,
      this.#granularity * Math.floor(this.#inCache() / this.#granularity),
    )
    const own = second === undefined ? first : { stages: this.#stages, slices: count, chunk }
    return [...this.#before, ...(own === undefined ? [] : [own]), ...this.#behind]
  }

  /** A kernel that could begin a chain of its own does so: what is moved behind this one is small. */
  #goesBehind(move: PlainMove, blocks: readonly number[]): boolean {
    if (startsChain(move)) return false
    this.#behind.push(move)
    for (const block of blocks) this.#blocksBehind.add(block)
    return true
  }

  #fits({ job, pointers }: JobMove): boolean {
    const { slices } = job
    if (slices?.count !== this.#count || this.#stages.length === mostStages) return false
    const alone = pointers.every(({ at, block }) => {
      const known = this.#blocks.get(block)
      if (known === undefined) return true
      const writes = slices.writes.includes(at)
      const sliced = writes || slices.reads.includes(at)
      return known.written ? sliced && known.sliced : !writes || known.sliced
    })
    return alone && this.#fitsCache(job.items, pointers, slices.count)
  }

  #fitsCache(items: number, pointers: JobMove['pointers'], count: number): boolean {
    const granularity = leastCommonMultiple(this.#granularity, granularityOf(items, count))
    const more = new Set(pointers.map(({ block }) => block).filter((block) => !this.#blocks.has(block)))
    const bytes =
      this.#bytesOfSlice() + [...more].reduce((sum, block) => sum + (this.#sizes[block] ?? 0) / count, 0)
    return granularity <= count / fewestChunks || granularity * bytes <= cacheBytes
  }

  #add(move: JobMove): void {
    const { job, pointers } = move
    const { reads, writes, count } = job.slices ?? { reads: [], writes: [], count: 1 }
    this.#stages.push(move)
    this.#granularity = leastCommonMultiple(this.#granularity, granularityOf(job.items, count))
    for (const { at, block } of pointers) {
      const known = this.#blocks.get(block) ?? { sliced: true, written: false }
      known.written ||= writes.includes(at)
      known.sliced &&= reads.includes(at) || writes.includes(at)
      this.#blocks.set(block, known)
    }
  }

  #inCache(): number {
    return Math.min(this.#count / fewestChunks, cacheBytes / this.#bytesOfSlice())
  }

  #bytesOfSlice(): number {
    let bytes = 0
    for (const [block, { sliced }] of this.#blocks)
      if (sliced) bytes += (this.#sizes[block] ?? 0) / this.#count
    return bytes
  }
}

/** The least number of slices that have whole items, and whole chunks of them. */
const granularityOf = (items: number, slices: number): number => slices / greatestCommonDivisor(items, slices)

const leastCommonMultiple = (a: number, b: number): number => (a * b) / greatestCommonDivisor(a, b)

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
