import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { addTo, divideInto } from '../../../shared/ensemble/combine.ts'
import { mixtureBytes } from '../../../shared/ensemble/mixture.ts'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import type { Predictions } from '../../../shared/run/messages.ts'
import type { Core } from '../../core.ts'
import { lookUp } from './answers.ts'
import { memberList } from './ensembles.ts'

const query = z.object({ members: memberList, part: z.enum(['validation', 'test']) })

/** The weighted mean of stored probabilities. Others have their turn between two members: hundreds take most of a second. */
export async function mixture(
  { store: { read } }: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const given = { ...groups, members: new URL(request.url).searchParams.get('members') ?? '' }
  const { members, part } = parseOrExplain(query, given, 'reading the address of a mixture')
  let first: Predictions | undefined
  let sum = new Float64Array()
  for (const [k, { snapshotId, weight }] of members.entries()) {
    if (request.signal.aborted) break
    const looked = lookUp(() => read.snapshot(snapshotId))
    if ('missing' in looked) return looked.missing
    const stored = read.predictions(snapshotId, part) ?? nothing(part)
    if (k === 0) {
      first = stored
      sum = new Float64Array(stored.probs.length)
    } else if (first === undefined || !isOfSame(stored, first))
      throw new UserError(
        `While averaging predictions: snapshot ${snapshotId} was asked about other ${part} examples than snapshot ${members[0]?.snapshotId}; leave it out.`,
      )
    addTo(sum, stored.probs, weight)
    await setImmediate()
  }
  const total = members.reduce((all, { weight }) => all + weight, 0)
  const { labels, classes } = first ?? nothing(part)
  return new Response(mixtureBytes(divideInto(sum, sum, total), labels, classes), {
    headers: { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' },
  })
}

const nothing = (part: Predictions['part']): Predictions => ({
  part,
  classes: 0,
  probs: new Float32Array(),
  labels: new Uint16Array(),
})

function isOfSame(a: Predictions, b: Predictions): boolean {
  if (a.classes !== b.classes || a.labels.length !== b.labels.length) return false
  for (let n = 0; n < a.labels.length; n++) if (a.labels[n] !== b.labels[n]) return false
  return true
}
