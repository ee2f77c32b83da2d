import { problemsIn } from '../../../../shared/errors.ts'
import { modelText } from '../../../../shared/run/modelText.ts'
import { optimizerText } from '../../../../shared/run/optimizerText.ts'
import { modelSpec, optimizerSpec, type RunSpec } from '../../../../shared/run/spec.ts'
import { writeValue } from '../../new-run/model/fields.ts'
import { modelKind, models, optimizerKind, optimizers } from '../../new-run/model/runFields.ts'
import { getAt, type Path, textAt } from '../../new-run/model/tree.ts'

/* Optimizers and networks inside of a study, as rows of fields: what each kind asks, and how an entry is named. */

export type PartOf = 'optimizer' | 'model'

const known = {
  optimizer: { kinds: optimizers, find: optimizerKind, schema: optimizerSpec },
  model: { kinds: models, find: modelKind, schema: modelSpec },
} as const

export const kindsOf = (of: PartOf) => known[of].kinds
export const fieldsOf = (of: PartOf, kind: string) => known[of].find(kind)?.fields ?? []

/** A part of a kind with all else as usual. */
export const freshPart = (of: PartOf, kind: string): object => ({ kind, ...known[of].find(kind)?.start })

/** The kind of a part; a bare name stands for its kind. */
export const kindIn = (part: unknown): string => (typeof part === 'string' ? part : textAt(part, ['kind']))

/** What a part has where it says nothing: the base's, of one that only changes the base's; else what is usual. */
export function defaultsOf(of: PartOf, part: unknown, base: RunSpec | undefined): unknown {
  const kind = kindIn(part)
  if (kind === '') return base?.[of]
  const parsed = known[of].schema.safeParse({ kind })
  return parsed.success ? parsed.data : undefined
}

/** A part with what it leaves out. */
export function wholePart(of: PartOf, part: unknown, base: RunSpec | undefined): unknown {
  if (part === undefined) return base?.[of]
  if (typeof part === 'string') return { kind: part }
  return kindIn(part) === '' && base !== undefined ? { ...base[of], ...Object(part) } : part
}

/** "SGD 0.9", as the tables of the study name it; of one that is not valid yet its kind. */
export function partText(of: PartOf, part: unknown): string {
  if (of === 'optimizer') {
    const { data } = optimizerSpec.safeParse(part)
    if (data !== undefined) return optimizerText(data)
  } else {
    const { data } = modelSpec.safeParse(part)
    if (data !== undefined) return modelText(data)
  }
  return known[of].find(kindIn(part))?.name ?? (writeValue(kindIn(part)) || 'not valid yet')
}

/** Every rule that a part breaks, by the path of its field in the study. */
export const partProblems = (of: PartOf, at: Path, whole: unknown) =>
  problemsIn(known[of].schema, whole).map((problem) => ({
    ...problem,
    path: [...at, ...(problem.path === '' ? [] : [problem.path])].join('.'),
  }))

/** "fashion, MLP 256": data set and network of a task. */
export const taskText = (task: unknown, base: RunSpec | undefined): string =>
  `${textAt(task, ['dataset', 'name']) || (base?.dataset.name ?? 'the base’s data')}, ${partText(
    'model',
    wholePart('model', getAt(task, ['model']), base),
  )}`

/** The kinds of a part, and before them the base's own. @param usual what the base has; undefined: nothing valid */
export function partOffers(of: PartOf, usual: string | undefined) {
  return [
    ...(usual === undefined
      ? []
      : [{ group: 'As in the base', items: [{ value: 'base', label: `The base's: ${usual}` }] }]),
    {
      group: of === 'optimizer' ? 'Optimizers' : 'Networks',
      items: Object.entries(kindsOf(of)).map(([value, { name }]) => ({ value, label: name })),
    },
  ]
}
