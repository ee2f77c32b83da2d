import { blocksOf, type PlainMove } from './moves.ts'

/** Where kernels without slices are told what they write, of those that are called for gradients that nobody asks for. */
const outputs: ReadonlyMap<string, readonly number[]> = new Map([
  ['packPanels', [1]],
  ['multiply', [3]],
  ['multiplyMany', [3]],
  ['convolve', [2]],
  ['convolveClipped', [2]],
  ['winogradFilter', [1]],
  ['winogradConvolve', [2]],
  ['winogradConvolveWide', [2]],
  ['depthwise', [2]],
  ['copyRows', [1]],
  ['fill', [0]],
])

/**
 * The moves without those whose numbers nothing reads. tfjs's gradient of a fused product or convolution computes those of
 * all its inputs, of the examples too, which for a first layer is as much work as the layer itself.
 * @param blocks bytes of each block; undefined for one that was there before the step · @param kept blocks that outlast the step
 */
export function withoutUnread(
  moves: readonly PlainMove[],
  blocks: readonly (number | undefined)[],
  kept: ReadonlySet<number>,
): PlainMove[] {
  const needed = new Set(kept)
  const isNeeded = (block: number): boolean => blocks[block] === undefined || needed.has(block)
  const read: PlainMove[] = []
  for (const move of moves.toReversed()) {
    if (writtenBy(move)?.some(isNeeded) === false) continue
    for (const block of blocksOf(move)) needed.add(block)
    read.push(move)
  }
  return read.reverse()
}

/** @returns blocks that the move writes, or undefined where that is not known, or where it does something besides */
function writtenBy(move: PlainMove): number[] | undefined {
  if ('look' in move) return undefined
  if ('into' in move) return [move.into]
  const { job, pointers } = move
  const written = job.slices?.writes ?? outputs.get(job.kernel)
  return written && pointers.filter(({ at }) => written.includes(at)).map(({ block }) => block)
}
