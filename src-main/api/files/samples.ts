import { z } from 'zod'
import { parseOrExplain, UserError } from '../../../shared/errors.ts'
import type { Core } from '../../core.ts'
import { plainAnswer } from '../plainAnswer.ts'
import { idInPath } from './answers.ts'

const address = z.object({ dataset: z.string().min(1).max(200), classIndex: idInPath })
const query = z.object({ count: idInPath.pipe(z.int().min(1).max(100)).default(10) })

export async function samples(
  { catalogue }: Core,
  groups: Readonly<Record<string, string>>,
  request: Request,
): Promise<Response> {
  const doing = 'reading the address of sample pictures'
  const given = { ...groups, dataset: decoded(groups.dataset ?? '') }
  const { dataset, classIndex } = parseOrExplain(address, given, doing)
  const { count } = parseOrExplain(query, Object.fromEntries(new URL(request.url).searchParams), doing)
  const stored = await catalogue.resolve(dataset).catch((error: unknown) => {
    if (error instanceof UserError) return error
    throw error
  })
  if (stored instanceof UserError) return plainAnswer(404, stored.message)
  const png = await catalogue.drawSamples(stored.meta.id, classIndex, count)
  // A name may come to mean another data set; an id is made from the content.
  const isById = dataset === stored.meta.id
  return new Response(new Uint8Array(png), {
    headers: {
      'content-type': 'image/png',
      'cache-control': isById ? 'private, max-age=31536000, immutable' : 'no-store',
    },
  })
}

/** @throws UserError for a broken percent sign */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new UserError(`While reading the address of sample pictures: ${segment} is not a well-formed name.`)
  }
}
