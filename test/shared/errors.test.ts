import assert from 'node:assert/strict'
import { it } from 'node:test'
import { z } from 'zod'
import { parseOrExplain } from '../../shared/errors.ts'

const schema = z.strictObject({
  kind: z.enum(['a', 'b']),
  count: z.int().min(1).max(9),
  part: z.number().positive().lt(1),
  list: z.array(z.number()).min(1).max(2),
  name: z.string().min(1).max(3),
  flag: z.boolean(),
  table: z.record(z.string(), z.number()),
  shape: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('dot') }),
    z.strictObject({ type: z.literal('box'), side: z.number() }),
  ]),
  size: z.union([z.strictObject({ wide: z.int() }), z.strictObject({ high: z.number() })]),
})
const whole = {
  kind: 'a',
  count: 1,
  part: 0.5,
  list: [1],
  name: 'x',
  flag: true,
  table: {},
  shape: { type: 'dot' },
  size: { wide: 1 },
}
const says = (change: object, words: string) =>
  assert.throws(() => parseOrExplain(schema, { ...whole, ...change }, 'testing'), {
    name: 'UserError',
    message: `While testing: ${words}.`,
  })

it('says each rule in plain words, with the field and the value', () => {
  says({ kind: 'c' }, 'kind: must be one of a, b (received "c")')
  says({ count: 2.5 }, 'count: must be a whole number (received 2.5)')
  says({ count: 0 }, 'count: must be at least 1 (received 0)')
  says({ count: 10 }, 'count: must be at most 9 (received 10)')
  says({ count: '3' }, 'count: must be a number (received "3")')
  says({ part: 0 }, 'part: must be above 0 (received 0)')
  says({ part: 1 }, 'part: must be below 1 (received 1)')
  says({ part: Number.NaN }, 'part: must be a finite number (received NaN)')
  says({ list: [] }, 'list: must have at least 1 entry (received [])')
  says({ list: [1, 2, 3] }, 'list: must have at most 2 entries (received [1,2,3])')
  says({ list: [1, null] }, 'list.1: must be a number (received null)')
  says({ name: '' }, 'name: must not be empty (received "")')
  says({ name: 'long' }, 'name: must have at most 3 characters (received "long")')
  says({ name: 5 }, 'name: must be text (received 5)')
  says({ flag: 1 }, 'flag: must be true or false (received 1)')
  says({ table: 5 }, 'table: must be an object (received 5)')
  says({ shape: 'dot' }, 'shape: must be an object whose field type is one of dot, box (received "dot")')
  says({ shape: { type: 'cube' } }, 'shape.type: must be one of dot, box (received "cube")')
})

it('names an unknown field before anything else, with the fields there are', () => {
  says(
    { shape: { type: 'box', Side: 4 } },
    'shape.Side: there is no such field (did you mean side?); the fields are type, side (received 4)',
  )
  says(
    { shape: { type: 'dot', '': 4 } },
    'shape."": there is no such field; the only field is type (received 4)',
  )
  says(
    { count: 0, more: [1] },
    'more: there is no such field; the fields are kind, count, part, list, name, flag, table, shape, size (received [1])',
  )
})

it('speaks of the alternative that was meant', () => {
  says({ size: { wide: 1.5 } }, 'size.wide: must be a whole number (received 1.5)')
  says({ size: { high: 'x' } }, 'size.high: must be a number (received "x")')
  says({ size: {} }, 'size: is none of the forms it may have (received {})')
})
