import { z } from 'zod'

/* Tensors of event files: scalars of every type of numbers, and texts that are tables of settings. */

const real = z.custom<number>((value) => typeof value === 'number')
const numbers = z.array(real).optional()

export const eventTensor = z.object({
  /** A DT_ of TensorFlow's types.proto. */
  dtype: z.number().optional(),
  shape: z.object({ dim: z.array(z.object({ size: real.optional() })).optional() }).optional(),
  content: z.instanceof(Uint8Array).optional(),
  floats: numbers,
  doubles: numbers,
  ints: numbers,
  longs: numbers,
  uints: numbers,
  ulongs: numbers,
  /** Bits of a float16 or bfloat16 each. */
  halves: numbers,
  flags: z.array(z.boolean()).optional(),
  strings: z.array(z.instanceof(Uint8Array)).optional(),
})
type EventTensor = z.infer<typeof eventTensor>

const HALF = 19
const BFLOAT16 = 14

/** By dtype: bytes of an element, and how it is read from little-endian bytes. */
const elements: Readonly<Record<number, readonly [bytes: number, read: (view: DataView) => number]>> = {
  1: [4, (view) => view.getFloat32(0, true)],
  2: [8, (view) => view.getFloat64(0, true)],
  3: [4, (view) => view.getInt32(0, true)],
  4: [1, (view) => view.getUint8(0)],
  5: [2, (view) => view.getInt16(0, true)],
  6: [1, (view) => view.getInt8(0)],
  9: [8, (view) => Number(view.getBigInt64(0, true))],
  10: [1, (view) => view.getUint8(0)],
  [BFLOAT16]: [2, (view) => bfloat16(view.getUint16(0, true))],
  17: [2, (view) => view.getUint16(0, true)],
  [HALF]: [2, (view) => float16(view.getUint16(0, true))],
  22: [4, (view) => view.getUint32(0, true)],
  23: [8, (view) => Number(view.getBigUint64(0, true))],
}

/** @returns undefined where it is no single number */
export function scalarOf({ dtype = 0, content, halves, flags, ...listed }: EventTensor): number | undefined {
  if (content !== undefined && content.byteLength > 0) {
    const [bytes, read] = elements[dtype] ?? []
    if (bytes !== content.byteLength) return undefined
    return read?.(new DataView(content.buffer, content.byteOffset, content.byteLength))
  }
  const bits = halves?.length === 1 ? halves[0] : undefined
  if (bits !== undefined)
    return dtype === BFLOAT16 ? bfloat16(bits) : dtype === HALF ? float16(bits) : undefined
  if (flags?.length === 1) return Number(flags[0])
  const { floats, doubles, ints, longs, uints, ulongs } = listed
  const list = [floats, doubles, ints, longs, uints, ulongs].find((each) => each?.length)
  return list?.length === 1 ? list[0] : undefined
}

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
function float16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** The upper half of a binary32. */
function bfloat16(bits: number): number {
  const view = new DataView(new ArrayBuffer(4))
  view.setUint16(0, bits & 0xffff)
  return view.getFloat32(0)
}

type Settings = Record<string, string | number | boolean>

/** Rows of names and values: a tensor with two columns, or a Markdown table with two; nothing of any other text. */
export function settingsInText({ strings = [], shape }: EventTensor): Settings {
  const texts = strings.map((each) => new TextDecoder().decode(each))
  const sizes = shape?.dim?.map(({ size }) => size ?? 0) ?? []
  if (sizes.length === 2 && sizes[1] === 2)
    return settingsOf(texts.flatMap((name, i) => (i % 2 === 0 ? [[name, texts[i + 1] ?? '']] : [])))
  return settingsOf(texts.flatMap(rowsOf))
}

/** The first row is the head, where dashes stand below it. */
function rowsOf(text: string): string[][] {
  const lines = text.split('\n').map((line) => line.trim())
  const dashes = lines.findIndex((line) => /^\|?\s*:?-+:?\s*\|\s*:?-+:?\s*\|?$/.test(line))
  if (dashes < 1) return []
  const rows: string[][] = []
  for (const line of lines.slice(dashes + 1)) {
    const cells = line.replace(/^\||\|$/g, '').split('|')
    if (cells.length !== 2) break
    rows.push(cells.map((cell) => cell.trim()))
  }
  return rows
}

const settingsOf = (rows: readonly (readonly string[])[]): Settings =>
  Object.fromEntries(
    rows.flatMap(([name = '', value = '']) => (name === '' ? [] : [[name, settingValue(value)]])),
  )

/** As Python and JavaScript write them. */
function settingValue(text: string): string | number | boolean {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text) ? Number(text) : text
}
