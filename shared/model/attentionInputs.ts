import { z } from 'zod'
import { type Layer, refuseLayer } from './layer.ts'

/*
 * Keras hands attention its value and key as options of the call. A node of tfjs has no place for tensors there: they become
 * inputs beside the query, in the order query, value, key; that the mask is causal becomes an option of the layer.
 */

const name = z.string()
const triple = z.tuple([name, z.int(), z.int()])
/** Keras 2: [[name, node, output, options]]. */
const older = z.tuple([z.tuple([name, z.int(), z.int()]).rest(z.unknown())])
const tensor = z
  .looseObject({ config: z.looseObject({ keras_history: triple }) })
  .transform(({ config }) => config.keras_history)
const newer = z.looseObject({
  args: z.array(z.unknown()),
  kwargs: z.record(z.string(), z.unknown()).default({}),
})

export function attentionInputs(one: Layer): void {
  if (one.class_name !== 'MultiHeadAttention' || one.inbound_nodes === undefined) return
  one.inbound_nodes = one.inbound_nodes.map((node) => inputsOf(one, node))
}

function inputsOf(one: Layer, node: unknown): unknown {
  const given = read(node)
  if (given === undefined) return node
  const { args, kwargs } = given
  for (const option of ['attention_mask', 'query_mask', 'value_mask', 'key_mask']) {
    if ((kwargs[option] ?? null) !== null) {
      refuseLayer(
        one,
        `is given ${option}, which is not supported`,
        'use use_causal_mask, or Masking before it',
      )
    }
  }
  if (kwargs.return_attention_scores === true) {
    refuseLayer(one, 'gives out its scores, which is not supported', 'leave return_attention_scores false')
  }
  if (kwargs.use_causal_mask === true || kwargs.useCausalMask === true) one.config.use_causal_mask = true
  const inputs = [...args]
  for (const [place, option] of ['query', 'value', 'key'].entries()) {
    const found = reference.safeParse(kwargs[option])
    if (found.success) inputs[place] = found.data
  }
  return inputs.map((input) => [...input, {}])
}

const reference = triple.or(tensor)

function read(node: unknown) {
  const old = older.safeParse(node)
  if (old.success) {
    const [[first]] = [old.data]
    const [from, use, output, options] = first
    const kwargs = z.record(z.string(), z.unknown()).catch({}).parse(options)
    return { args: [triple.parse([from, use, output])], kwargs }
  }
  const parsed = newer.safeParse(node)
  if (!parsed.success) return undefined
  const args = parsed.data.args.flatMap((argument) => {
    const found = tensor.safeParse(argument)
    return found.success ? [found.data] : []
  })
  return { args, kwargs: parsed.data.kwargs }
}
