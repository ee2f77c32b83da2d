import type { FieldInfo } from './fieldMeta.ts'
import { fieldsOf } from './fieldMeta.ts'
import type { AnyFamily } from './spec.ts'

/** What holds where a field is left out, as a spec would write it; undefined where the field must be given. */
export function initialText({ initial, isOptional, meta }: FieldInfo): string | undefined {
  if (isOptional) return meta.empty ?? 'none'
  if (initial === undefined) return undefined
  // The name of a profile stands for the profile with its usual parameters.
  if (typeof initial === 'object' && initial !== null && 'shape' in initial) return String(initial.shape)
  return String(initial)
}

/** Said once below the table: they are the same in every family. */
const explainedBelow = ['unit', 'update', 'momentum']

/** The table of kinds in the README: every field with its default, and what else may stand there. */
export function kindTable(families: readonly AnyFamily[]): string {
  const rows = families.map(({ kind, about, schema }) => {
    const fields = fieldsOf(schema).filter(({ key }) => !explainedBelow.includes(key))
    return `| \`${kind}\` | ${about} | ${fields.map(fieldCell).join(', ')} |`
  })
  return [
    '| `kind` | what it does | fields (defaults in brackets; other choices behind them) |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function fieldCell(info: FieldInfo): string {
  const initial = initialText(info)
  const others = info.choices.map(String).filter((choice) => choice !== initial)
  const inside = [
    ...(initial === undefined ? [] : [initial]),
    ...(others.length > 0 ? [others.join(', ')] : []),
  ]
  return `\`${info.key}\`${inside.length === 0 ? '' : ` [${inside.join('; ')}]`}`
}
