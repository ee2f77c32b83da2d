import protobuf from 'protobufjs/light.js'
import { z } from 'zod'
import { eventTensor, scalarOf, settingsInText } from './eventTensor.ts'

/*
 * What of TensorFlow's event.proto, summary.proto and tensor.proto, and of TensorBoard's hparams plugin, says something of
 * a run: scalars, settings, and that a session began anew. All other fields are stepped over.
 */

const { Field, MapField, Root, Type } = protobuf

const setting = new Type('Setting')
  .add(new Field('number', 2, 'double', { proto3_optional: true }))
  .add(new Field('text', 3, 'string'))
  .add(new Field('flag', 4, 'bool'))
const session = new Type('Session').add(new MapField('hparams', 1, 'string', 'Setting'))
const hparams = new Type('HParams').add(new Field('session', 3, 'Session'))
const plugin = new Type('Plugin').add(new Field('name', 1, 'string')).add(new Field('content', 2, 'bytes'))
const metadata = new Type('Metadata').add(new Field('plugin', 1, 'Plugin'))
const dimension = new Type('Dimension').add(new Field('size', 1, 'int64'))
const shape = new Type('Shape').add(new Field('dim', 2, 'Dimension', 'repeated'))
const tensor = new Type('Tensor')
  .add(new Field('dtype', 1, 'int32'))
  .add(new Field('shape', 2, 'Shape'))
  .add(new Field('content', 4, 'bytes'))
  .add(new Field('floats', 5, 'float', 'repeated'))
  .add(new Field('doubles', 6, 'double', 'repeated'))
  .add(new Field('ints', 7, 'int32', 'repeated'))
  .add(new Field('strings', 8, 'bytes', 'repeated'))
  .add(new Field('longs', 10, 'int64', 'repeated'))
  .add(new Field('flags', 11, 'bool', 'repeated'))
  .add(new Field('halves', 13, 'int32', 'repeated'))
  .add(new Field('uints', 16, 'uint32', 'repeated'))
  .add(new Field('ulongs', 17, 'uint64', 'repeated'))
const value = new Type('Value')
  .add(new Field('tag', 1, 'string'))
  .add(new Field('simpleValue', 2, 'float'))
  .add(new Field('tensor', 8, 'Tensor'))
  .add(new Field('metadata', 9, 'Metadata'))
const summary = new Type('Summary').add(new Field('value', 1, 'Value', 'repeated'))
const sessionLog = new Type('SessionLog').add(new Field('status', 1, 'int32'))
const source = new Type('Source').add(new Field('writer', 1, 'string'))
const event = new Type('Event')
  .add(new Field('wallTime', 1, 'double'))
  .add(new Field('step', 2, 'int64'))
  .add(new Field('fileVersion', 3, 'string'))
  .add(new Field('summary', 5, 'Summary'))
  .add(new Field('sessionLog', 7, 'SessionLog'))
  .add(new Field('source', 10, 'Source'))
const root = new Root().define('elsewhere')
for (const type of [
  setting,
  session,
  hparams,
  plugin,
  metadata,
  dimension,
  shape,
  tensor,
  value,
  summary,
  sessionLog,
  source,
  event,
])
  root.add(type)

const bytes = z.instanceof(Uint8Array)
/** NaN and infinities too, which z.number() refuses. */
const real = z.custom<number>((value) => typeof value === 'number')
const rawEvent = z.object({
  wallTime: real.default(0),
  step: z.number().default(0),
  fileVersion: z.string().optional(),
  source: z.object({ writer: z.string().optional() }).optional(),
  sessionLog: z.object({ status: z.number().optional() }).optional(),
  summary: z
    .object({
      value: z
        .array(
          z.object({
            tag: z.string().default(''),
            simpleValue: real.optional(),
            tensor: eventTensor.optional(),
            metadata: z
              .object({
                plugin: z.object({ name: z.string().optional(), content: bytes.optional() }).optional(),
              })
              .optional(),
          }),
        )
        .default([]),
    })
    .optional(),
})
const rawHparams = z.object({
  session: z
    .object({
      hparams: z
        .record(
          z.string(),
          z.object({
            number: z.number().optional(),
            text: z.string().optional(),
            flag: z.boolean().optional(),
          }),
        )
        .optional(),
    })
    .optional(),
})

export interface ReadEvent {
  /** Milliseconds since 1970. */
  readonly wallTime: number
  readonly step: number
  /** Of a file's first event. */
  readonly isVersion: boolean
  /** The program began again at this step: what is of it and of later ones before does not count any more. */
  readonly isRestart: boolean
  /** What it says of the code that writes the file; null in most. */
  readonly writer: string | null
  readonly scalars: readonly { readonly tag: string; readonly value: number }[]
  /** As the plugin hparams has them. */
  readonly hyperparameters: Readonly<Record<string, string | number | boolean>>
  /** The same, of texts that are tables of names and values. */
  readonly texts: Readonly<Record<string, string | number | boolean>>
}

/** Milliseconds since 1970 that a Date can be. */
export const isDate = (time: number): boolean => time >= 0 && time <= 8.64e15

/** @returns undefined where the bytes are no event */
export function decodeEvent(data: Uint8Array): ReadEvent | undefined {
  try {
    const raw = rawEvent.parse(event.toObject(event.decode(data), { longs: Number }))
    const values = raw.summary?.value ?? []
    return {
      wallTime: raw.wallTime * 1000,
      step: raw.step,
      isVersion: raw.fileVersion?.startsWith('brain.Event:') === true,
      writer: raw.source?.writer?.slice(0, 200) || null,
      isRestart: raw.sessionLog?.status === 1,
      scalars: values.flatMap(({ tag, simpleValue, tensor }) => {
        const scalar = simpleValue ?? (tensor && scalarOf(tensor))
        return scalar === undefined ? [] : [{ tag, value: scalar }]
      }),
      hyperparameters: Object.assign({}, ...values.map(({ metadata }) => settingsOf(metadata?.plugin))),
      texts: Object.assign(
        {},
        ...values.map(({ metadata, tensor: told }) =>
          metadata?.plugin?.name === 'text' && told !== undefined ? settingsInText(told) : {},
        ),
      ),
    }
  } catch {
    // Of a record whose sum is right, another program's own.
    return undefined
  }
}

function settingsOf(
  from: { readonly name?: string | undefined; readonly content?: Uint8Array | undefined } | undefined,
): Record<string, string | number | boolean> {
  if (from?.name !== 'hparams' || from.content === undefined) return {}
  const { session: begun } = rawHparams.parse(hparams.toObject(hparams.decode(from.content)))
  return Object.fromEntries(
    Object.entries(begun?.hparams ?? {}).flatMap(([name, { number, text, flag }]) => {
      const said = number ?? text ?? flag
      return said === undefined ? [] : [[name, said]]
    }),
  )
}
