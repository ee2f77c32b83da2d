import { show, UserError } from '../../shared/errors.ts'
import { permutation, random } from '../../shared/random.ts'
import type { DatasetMeta } from './meta.ts'
import { counted } from './words.ts'

/** How to cut a data set. Sizes are a fraction in 0..0.5 of the training part, or a whole number of examples. */
export interface SplitOptions {
  readonly validation: number
  /** Used only when the data set has no official test part. Absent or 0: no test part. */
  readonly test?: number
  readonly seed: number
}

/** Indices of examples, ascending. The parts do not overlap and together hold every example. */
export interface Split {
  readonly train: Uint32Array<ArrayBuffer>
  readonly validation: Uint32Array<ArrayBuffer>
  readonly test: Uint32Array<ArrayBuffer>
}

/**
 * Seeded and stratified: each part has the classes in the proportions of the whole (largest remainders), and every
 * class at least once where the part is large enough for that. The official test part, if any, is taken as it is.
 * The test part does not depend on the size of the validation part.
 * @throws UserError when a size is out of range or a class has too few examples
 */
export function splitDataset(
  labels: Uint16Array,
  meta: Pick<DatasetMeta, 'classes' | 'trainCount' | 'testCount' | 'name'>,
  options: SplitOptions,
): Split {
  const { trainCount, testCount, classes } = meta
  const validationCount = partSize('validation', options.validation, trainCount)
  const drawnTest = testCount > 0 ? 0 : partSize('test', options.test ?? 0, trainCount)
  const members = membersByClass(labels, trainCount, classes.length)
  const parts = 1 + Number(validationCount > 0) + Number(drawnTest > 0)
  for (const [c, own] of members.entries())
    if (own.length < parts)
      throw new UserError(
        `While splitting ${meta.name}: class ${show(classes[c])} has ${counted(own.length, 'example')} for training, too few for ${parts} parts; add examples or leave out a part.`,
      )
  const sizes = members.map((own) => own.length)
  // A class keeps one example for each part still to be drawn, and one for training.
  const draw = (part: string, count: number, free: readonly number[]): number[] => {
    if (count > sum(free))
      throw new UserError(
        `While splitting ${meta.name}: ${count} of ${trainCount} examples for ${part} leave a class without any for training; ask for fewer.`,
      )
    return apportion(count, sizes, free, permutation(classes.length, random(options.seed, `split-${part}`)))
  }
  const forTest = sizes.map((n) => n - (parts - 1))
  const test = draw('test', drawnTest, forTest)
  const forValidation = sizes.map((n, c) => n - (test[c] ?? 0) - 1)
  const validation = draw('validation', validationCount, forValidation)
  return cut(members, test, validation, options.seed, official(trainCount, testCount))
}

function partSize(part: string, size: number, available: number): number {
  const fraction = size >= 0 && size <= 0.5
  if (!fraction && !(Number.isSafeInteger(size) && size >= 1))
    throw new UserError(
      `While splitting: the size of the ${part} part must be a fraction from 0 to 0.5 or a whole number of examples (received ${show(size)}).`,
    )
  if (!fraction) return size
  return size === 0 ? 0 : Math.max(1, Math.round(size * available))
}

function membersByClass(labels: Uint16Array, trainCount: number, classes: number): number[][] {
  const members: number[][] = Array.from({ length: classes }, () => [])
  for (let i = 0; i < trainCount; i++) {
    const own = members[labels[i] ?? classes]
    if (own === undefined) throw new Error(`Label ${labels[i]} of example ${i} has no class`)
    own.push(i)
  }
  return members
}

/**
 * Shares `count` among the classes in proportion to `sizes`, none getting more than is `free`, by largest remainders,
 * ties in the order given; then, when there is enough for all, no class is left without.
 */
function apportion(
  count: number,
  sizes: readonly number[],
  free: readonly number[],
  order: Uint32Array,
): number[] {
  if (count === 0) return sizes.map(() => 0)
  const quota = sizes.map((n) => (count * n) / sum(sizes))
  const shares = quota.map((q, c) => Math.min(Math.floor(q), free[c] ?? 0))
  const byRemainder = [...order].sort((a, b) => fractional(quota[b]) - fractional(quota[a]))
  for (let left = count - sum(shares); left > 0; )
    for (const c of byRemainder) {
      const share = shares[c] ?? 0
      if (left === 0 || share >= (free[c] ?? 0)) continue
      shares[c] = share + 1
      left -= 1
    }
  if (count >= shares.length) feedTheEmpty(shares, quota)
  return shares
}

function feedTheEmpty(shares: number[], quota: readonly number[]): void {
  for (const [c, share] of shares.entries()) {
    if (share > 0) continue
    let donor = -1
    let most = -Infinity
    for (const [d, n] of shares.entries()) {
      const surplus = n - (quota[d] ?? 0)
      if (n > 1 && surplus > most) [donor, most] = [d, surplus]
    }
    shares[donor] = (shares[donor] ?? 0) - 1
    shares[c] = 1
  }
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0)

const fractional = (x = 0): number => x - Math.floor(x)

const official = (trainCount: number, testCount: number): Uint32Array<ArrayBuffer> =>
  Uint32Array.from({ length: testCount }, (_, i) => trainCount + i)

function cut(
  members: readonly number[][],
  testShares: readonly number[],
  validationShares: readonly number[],
  seed: number,
  officialTest: Uint32Array<ArrayBuffer>,
): Split {
  const train: number[] = []
  const validation: number[] = []
  const test: number[] = []
  for (const [c, own] of members.entries()) {
    const t = testShares[c] ?? 0
    const v = validationShares[c] ?? 0
    for (const [rank, at] of permutation(own.length, random(seed, 'split', c)).entries()) {
      const part = rank < t ? test : rank < t + v ? validation : train
      part.push(own[at] ?? 0)
    }
  }
  return {
    train: Uint32Array.from(train).sort(),
    validation: Uint32Array.from(validation).sort(),
    test: officialTest.length > 0 ? officialTest : Uint32Array.from(test).sort(),
  }
}
