import { z } from 'zod'
import { mostExamplesAsked } from '../../../shared/api/mistakes.ts'
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
  return picture(catalogue, dataset, (id) => catalogue.drawSamples(id, classIndex, count))
}

const examplesAddress = z.object({
  dataset: address.shape.dataset,
  indices: z
    .string()
    .regex(/^\d{1,10}(,\d{1,10})*$/, 'must be numbers of examples with commas between them')
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(z.int()).max(mostExamplesAsked)),
})

export async function examplePictures(
  { catalogue }: Core,
  groups: Readonly<Record<string, string>>,
): Promise<Response> {
  const given = { ...groups, dataset: decoded(groups.dataset ?? '') }
  const { dataset, indices } = parseOrExplain(examplesAddress, given, 'reading the address of examples')
  return picture(catalogue, dataset, (id) => catalogue.drawExamples(id, indices))
}

/** 404 where there is no such data set. */
async function picture(
  catalogue: Core['catalogue'],
  dataset: string,
  draw: (id: string) => Promise<Buffer>,
): Promise<Response> {
  const stored = await catalogue.resolve(dataset).catch((error: unknown) => {
    if (error instanceof UserError) return error
    throw error
  })
  if (stored instanceof UserError) return plainAnswer(404, stored.message)
  const png = await draw(stored.meta.id)
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
