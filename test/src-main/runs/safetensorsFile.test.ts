import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { UserError } from '../../../shared/errors.ts'
import { random } from '../../../shared/random.ts'
import { readSafetensors, readSafetensorsFile } from '../../../src-main/runs/safetensorsFile.ts'

/* Weights out of files that others wrote, whole and broken. */

/** Written by Python's safetensors 0.6 from torch tensors of each type. */
const fixture = fileURLToPath(new URL('files/types.safetensors', import.meta.url))
const folder = mkdtempSync(path.join(tmpdir(), 'anneal-weights-'))
after(() => rmSync(folder, { recursive: true }))

const numbers = ({ data }: { readonly data: Uint8Array }): number[] => [
  ...new Float32Array(new Uint8Array(data).buffer),
]

test('numbers of every type are what torch says they are', () => {
  const { name, sha256, tensors } = readSafetensorsFile(fixture)
  assert.equal(name, 'types.safetensors')
  assert.equal(sha256, createHash('sha256').update(readFileSync(fixture)).digest('hex'))
  const found = Object.fromEntries(tensors.map((each) => [each.name, [each.shape, numbers(each)]]))
  const values = [1, -2.5, 2 ** -15, 65504, 2 ** -24, 0]
  assert.deepEqual(found, {
    f64: [[2, 3], values],
    f32: [[3, 2], values],
    f16: [[6], values],
    // 65504 has more bits than bfloat16.
    bf16: [[6], values.with(3, 65536)],
    none: [[0, 3], []],
    one: [[], [7]],
  })
})

const doing = 'While reading the weights of m.safetensors'
const fileOf = (header: string, body: readonly number[] = []): Uint8Array => {
  const text = new TextEncoder().encode(header)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.byteLength))
  return Buffer.concat([length, text, Uint8Array.from(body)])
}
const two = (shape: string, from: number, to: number, dtype = 'F32'): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${from},${to}]}`
const eight = [0, 0, 128, 63, 0, 0, 128, 63]

test('what breaks a rule of the format is refused by that rule', () => {
  assert.equal(readSafetensors(fileOf(`{"a":${two('[2]', 0, 8)}}`, eight), doing).length, 1, 'whole')
  const broken: readonly [RegExp, Uint8Array][] = [
    [/has 3 bytes, too few/, Uint8Array.of(1, 2, 3)],
    [/announce a header of 18446744073709551615 bytes/, new Uint8Array(8).fill(255)],
    [/header is no JSON object/, fileOf('[1]')],
    [/header is no JSON object/, fileOf('{"a":')],
    [/holds no tensors/, fileOf('{"__metadata__":{"format":"pt"}}')],
    [/has a name twice/, fileOf(`{"a":${two('[2]', 0, 8)},"a":${two('[2]', 0, 8)}}`, eight)],
    [
      /tensor "b" begins at byte 4 of the data, where 8 must/,
      fileOf(`{"a":${two('[2]', 0, 8)},"b":${two('[1]', 4, 8)}}`, eight),
    ],
    [/tensor "a" ends at byte 800/, fileOf(`{"a":${two('[200]', 0, 800)}}`, eight)],
    [/of shape \[3\] in F32 has 8 bytes/, fileOf(`{"a":${two('[3]', 0, 8)}}`, eight)],
    [/4 bytes behind its last tensor/, fileOf(`{"a":${two('[1]', 0, 4)}}`, eight)],
    [/"a" begins at byte 4/, fileOf(`{"a":${two('[1]', 4, 8)}}`, eight)],
    [/has the type "I64"/, fileOf(`{"a":${two('[1]', 0, 8, 'I64')}}`, eight)],
    [/entry of tensor "a" is not/, fileOf(`{"a":${two('[-1]', 0, 8)}}`, eight)],
    [/entry of tensor "a" is not/, fileOf(`{"a":${two('[1e300]', 0, 8)}}`, eight)],
    [/entry of tensor "__proto__" is not/, fileOf('{"__proto__":{}}')],
    [/tensor "a" holds NaN/, fileOf(`{"a":${two('[1]', 0, 4)}}`, [0, 0, 192, 127])],
    [/beyond float32/, fileOf(`{"a":${two('[1]', 0, 8, 'F64')}}`, [0, 0, 0, 0, 0, 0, 240, 71])],
  ]
  for (const [words, bytes] of broken) assert.throws(() => readSafetensors(bytes, doing), isSentence(words))
})

test('a folder, a file that is not there and a huge one are refused unread', () => {
  const huge = path.join(folder, 'huge.safetensors')
  writeFileSync(huge, '')
  truncateSync(huge, 2 ** 31)
  mkdirSync(path.join(folder, 'sub'))
  assert.throws(() => readSafetensorsFile(huge), isSentence(/has 2147483648 bytes, and at most/))
  assert.throws(() => readSafetensorsFile(path.join(folder, 'sub')), isSentence(/is no file/))
  assert.throws(() => readSafetensorsFile(path.join(folder, 'none')), isSentence(/cannot be read/))
})

test('a damaged file is read or refused in a sentence, never anything else', () => {
  const whole = readFileSync(fixture)
  const rng = random(11, 'damage')
  let refused = 0
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(whole.subarray(0, round % 3 === 0 ? rng.below(whole.length) : whole.length))
    for (let times = rng.below(4); times > 0 && bytes.length > 0; times--)
      bytes[rng.below(bytes.length)] = rng.below(256)
    try {
      for (const { shape, data } of readSafetensors(bytes, doing))
        assert.equal(data.byteLength, 4 * shape.reduce((product, each) => product * each, 1))
    } catch (error) {
      assert.ok(isSentence(/./)(error))
      refused++
    }
  }
  assert.ok(refused > 1500, `${refused} refused`)
})

const isSentence =
  (words: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof UserError, String(error))
    assert.match(error.message, words)
    assert.match(error.message, /^While reading the weights of [^\n]*; [^\n]*\.$/)
    return true
  }
