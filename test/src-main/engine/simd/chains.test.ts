import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chained } from '../../../../src-main/engine/simd/chains.ts'
import { Heap, type Slices } from '../../../../src-main/engine/simd/heap.ts'
import { compileKernels } from '../../../../src-main/engine/simd/module.ts'
import type { PlainMove } from '../../../../src-main/engine/simd/moves.ts'
import { Pool } from '../../../../src-main/engine/simd/pool.ts'
import { Sharing } from '../../../../src-main/engine/simd/sharing.ts'
import { withoutUnread } from '../../../../src-main/engine/simd/unread.ts'

/* Kernels that go over the same examples, taken together; here over 64 of them. */

const count = 64
const bytes = 64 * 1024

/** A kernel that reads some blocks and writes the last, all by examples unless it is said otherwise. */
function kernel(
  name: string,
  blocks: readonly number[],
  whole: readonly number[] = [],
  items = count,
): PlainMove {
  const last = blocks.length - 1
  const sliced = blocks.map((_, at) => at).filter((at) => !whole.includes(at))
  const slices: Slices = {
    count,
    reads: sliced.filter((at) => at !== last),
    writes: sliced.filter((at) => at === last),
  }
  return { ...small(name, blocks, items), job: { ...job(name, items), slices } }
}

const job = (kernel: string, items: number) => ({ kernel, parameters: [], items, chunk: 1, scratchBytes: 64 })

/** A kernel that works on other things than examples. */
const small = (name: string, blocks: readonly number[], items = 1) => ({
  job: job(name, items),
  pointers: blocks.map((block, at) => ({ at, block, offset: 0 })),
  call: { kernel: 'Test' },
  scalarsFrom: -1,
})

const sizes = Array.from({ length: 40 }, () => bytes)

const names = (moves: readonly PlainMove[]) =>
  chained(moves, sizes).map((move) =>
    'stages' in move ? move.stages.map(({ job }) => job.kernel) : 'job' in move ? move.job.kernel : 'write',
  )

test('what each example needs of another kernel is of the same example: they are a chain', () => {
  assert.deepEqual(names([kernel('a', [0, 1]), kernel('b', [1, 2]), kernel('c', [0, 2, 3])]), [
    ['a', 'b', 'c'],
  ])
})

test('a kernel that reads all examples of what the chain writes begins another one', () => {
  const moves = [kernel('a', [0, 1]), kernel('all of 1', [1, 2], [0]), kernel('b', [2, 3])]
  assert.deepEqual(names(moves), ['a', ['all of 1', 'b']])
})

test('so does one that writes what another has read of all examples', () => {
  const moves = [kernel('reads all of 0', [0, 1], [0]), kernel('writes 0', [2, 0])]
  assert.deepEqual(names(moves), ['reads all of 0', 'writes 0'])
})

test('one that has nothing to do with the chain goes before it, one that takes up its results behind it', () => {
  const moves = [
    kernel('a', [0, 1]),
    small('packs', [20, 21]),
    kernel('b', [1, 21, 2], [1]),
    small('joins', [2, 30]),
  ]
  assert.deepEqual(names(moves), ['packs', ['a', 'b'], 'joins'])
  // What reads the joined numbers comes after them.
  assert.deepEqual(names([...moves, kernel('c', [1, 30, 3], [1])]), ['packs', ['a', 'b'], 'joins', 'c'])
  assert.deepEqual(names([...moves, small('reads', [30, 31]), kernel('d', [1, 3])]), [
    'packs',
    ['a', 'b', 'd'],
    'joins',
    'reads',
  ])
})

test('numbers written by JavaScript go before the chain as well, or behind it', () => {
  const write = (into: number): PlainMove => ({ into, values: new Float32Array(1), draw: undefined })
  assert.deepEqual(names([kernel('a', [0, 1]), write(9), kernel('b', [1, 9, 2], [1]), write(1)]), [
    'write',
    ['a', 'b'],
    'write',
  ])
})

test('kernels over other numbers of examples are no chain', () => {
  const other = kernel('other', [1, 2])
  assert.ok('job' in other)
  const moves: PlainMove[] = [
    kernel('a', [0, 1]),
    { ...other, job: { ...other.job, slices: { count: 32, reads: [0], writes: [1] } } },
  ]
  assert.deepEqual(names(moves), ['a', 'other'])
})

test('a chain takes whole items at a time, and no more examples than the second cache holds', () => {
  const chunk = (...moves: PlainMove[]) => {
    const [chain] = chained(moves, sizes)
    assert.ok(chain !== undefined && 'stages' in chain)
    return chain.chunk
  }
  // Four examples an item, and sixteen chunks for the threads.
  assert.equal(chunk(kernel('a', [0, 1]), kernel('b', [1, 2], [], count / 4)), 4)
  assert.equal(chunk(kernel('a', [0, 1]), kernel('b', [1, 2])), 4)
})

test('a chain of kernels gives what they give one after the other, on any number of threads', async (t) => {
  const kernels = compileKernels('plain')
  assert.ok(kernels)
  const length = 50_000
  for (const threads of [1, 2, 3]) {
    const heap = new Heap(64 * 2 ** 20)
    const pool = new Pool(kernels.module, heap, threads)
    t.after(() => pool.close())
    const [x = 0, y = 0, z = 0] = [0, 1, 2].map(() => heap.allocate(length * 4))
    heap.floats(x, length).set(Float32Array.from({ length }, (_, i) => i - 20_000))
    const stage = (kernel: string, parameters: number[]) => ({
      kernel,
      parameters,
      items: length,
      chunk: length,
      scratchBytes: 64,
    })
    // relu(x)², and of that the root, back into where the first result was.
    pool.dispatchChain(
      [stage('relu', [x, y]), stage('square', [y, z]), stage('squareRoot', [z, y])],
      length,
      977,
    )
    const [squares, roots] = [heap.floats(z, length), heap.floats(y, length)]
    for (const i of [0, 19_999, 20_000, 20_001, 35_000, length - 1]) {
      const kept = Math.max(0, i - 20_000)
      assert.equal(squares[i], Math.fround(kept * kept), `${threads} threads, number ${i}`)
      assert.equal(roots[i], kept, `${threads} threads, number ${i}`)
    }
  }
})

/** Of the moves those that are left, by their names; block 0 was there before the step. */
const left = (moves: readonly PlainMove[], kept: readonly number[]) =>
  withoutUnread(
    moves,
    sizes.map((size, block) => (block === 0 ? undefined : size)),
    new Set(kept),
  ).map((move) => ('job' in move ? move.job.kernel : 'write'))

test('what nothing reads is not computed, nor what only that would have read', () => {
  const write: PlainMove = { into: 5, values: new Float32Array(1), draw: undefined }
  const product = [small('packPanels', [0, 2]), small('multiply', [1, 0, 2, 3])]
  const moves = [kernel('a', [0, 1]), write, ...product, kernel('b', [1, 4])]
  assert.deepEqual(left(moves, [4]), ['a', 'b'])
  assert.deepEqual(left(moves, [3]), ['a', 'packPanels', 'multiply'])
  assert.deepEqual(left([...moves, kernel('c', [3, 6])], [6]), ['a', 'packPanels', 'multiply', 'c'])
  // By its slices a kernel tells what it writes, whatever it is called.
  assert.deepEqual(left([write, kernel('d', [5, 2]), kernel('e', [2, 7])], []), [])
})

test('a kernel stays that writes what was there before, adds to what is read, or is not known', () => {
  assert.deepEqual(left([small('copyRows', [1, 0])], []), ['copyRows'])
  const parts = [small('fill', [1]), small('convolve', [0, 2, 1]), small('convolve', [0, 3, 1])]
  assert.deepEqual(left(parts, [1]), ['fill', 'convolve', 'convolve'])
  assert.deepEqual(left(parts, []), [])
  assert.deepEqual(left([small('of two results', [0, 1, 2])], []), ['of two results'])
})

/** Which of so many steps were the calling thread's alone, as 1, if steps take so long each way. */
function stepsAlone(sharing: Sharing, count: number, shared: number, alone: number): number[] {
  return Array.from({ length: count }, () => {
    const { isAlone } = sharing
    sharing.note(isAlone ? alone : shared)
    return isAlone ? 1 : 0
  })
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)

test('short steps go the way that is quicker just now, and both are tried again', () => {
  const sharing = new Sharing()
  assert.equal(sum(stepsAlone(sharing, 26, 1.6, 1.3)), 0, 'shared at first')
  assert.equal(sum(stepsAlone(sharing, 100, 1.6, 1.3)), 100, 'then alone, as that takes less')
  const later = stepsAlone(sharing, 400, 0.8, 1.3)
  assert.ok(sum(later) < 50, `${sum(later)} of 400 steps alone after the machine has become quiet`)
  assert.equal(later.at(-1), 0)
})

test('steps that last are shared, and so are short ones that would gain next to nothing alone', () => {
  assert.equal(sum(stepsAlone(new Sharing(), 5000, 60, 30)), 0)
  const even = stepsAlone(new Sharing(), 5000, 1, 0.99)
  assert.ok(sum(even) < 60, `${sum(even)} of 5000 steps alone`)
})
