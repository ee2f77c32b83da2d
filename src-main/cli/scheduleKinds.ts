import { didYouMean } from '../../shared/didYouMean.ts'
import { show, UserError } from '../../shared/errors.ts'
import {
  type AnyFamily,
  type FieldInfo,
  fieldsOf,
  findFamily,
  initialText,
  scheduleFamilies,
  scheduleKinds,
} from '../../shared/schedule/index.ts'
import { table } from './table.ts'

/** Every kind of schedule with what it does. @param columns of the terminal */
export function kindsText(columns: number): string {
  const rows = scheduleFamilies.map(({ kind, about }) => [kind, about])
  return table([{ head: 'kind' }, { head: 'what it does', shrinkTo: 20 }], rows, columns)
}

/** @throws UserError naming the kinds there are */
export function familyNamed(kind: string): AnyFamily {
  const family = findFamily(kind)
  if (family !== undefined) return family
  throw new UserError(
    `While looking up a kind of schedule: there is no kind ${show(kind)}${didYouMean(kind, scheduleKinds)}; there are ${scheduleKinds.join(', ')}.`,
  )
}

/** The fields of a kind, each with what it does, its default and its choices. */
export function kindText({ kind, name, about, schema }: AnyFamily): string {
  const fields = fieldsOf(schema).flatMap(fieldLines)
  return [`${kind} (${name}): ${about}`, '', ...fields, ''].join('\n')
}

function fieldLines(info: FieldInfo): string[] {
  const { label, help } = info.meta
  const initial = initialText(info)
  const needed = initial === undefined ? 'must be given' : `default: ${initial}`
  return [
    `  ${info.key}  ${label}${help === undefined ? '' : `: ${help}`} (${needed})`,
    ...info.choices.map((choice) => {
      const option = info.meta.options?.[choice]
      return `      ${choice}: ${option?.help ?? option?.label ?? ''}`
    }),
  ]
}

/** The same as data. */
export const kindJson = ({ kind, name, about, schema }: AnyFamily) => ({
  kind,
  name,
  about,
  fields: fieldsOf(schema).map(({ key, meta, choices, initial, isOptional }) => ({
    field: key,
    label: meta.label,
    help: meta.help ?? null,
    unit: meta.unit ?? null,
    required: initial === undefined && !isOptional,
    default: initial ?? null,
    choices: choices.map((value) => ({ value, help: meta.options?.[value]?.help ?? null })),
  })),
})
