import { Field } from '../../new-run/Field.tsx'
import { useForm } from '../../new-run/form.ts'
import { ChoiceField } from '../../new-run/inputs.tsx'
import { type FieldSpec, problemAt, writeValue } from '../../new-run/model/fields.ts'
import { kindChoices } from '../../new-run/model/runFields.ts'
import { topologyText } from '../../new-run/model/topology.ts'
import { getAt, type Path, pathText } from '../../new-run/model/tree.ts'
import classes from './NewStudy.module.css'
import {
  defaultsOf,
  fieldsOf,
  freshPart,
  kindIn,
  kindsOf,
  type PartOf,
  partText,
  wholePart,
} from './parts.ts'
import { baseOf } from './studyDraft.ts'
import { useStudyForm } from './studyForm.ts'

interface PartFieldsProps {
  readonly of: PartOf
  readonly at: Path
  /** It may be left to the base. */
  readonly isOptional?: boolean
}

const labels = { optimizer: 'Optimizer', model: 'Network' } as const
/** Of the choices that leave a part to the base, or only change what the base has: no kind has these names. */
const ofBase = 'base'
const ofBaseChanged = 'base changed'

/** An optimizer or a network: its kind, and what New run asks of that kind. */
export function PartFields({ of, at, isOptional = false }: PartFieldsProps) {
  const { tree } = useStudyForm()
  const { set, problems } = useForm()
  const base = baseOf(tree)
  const part = getAt(tree, at)
  const kind = kindIn(part)
  const defaults = defaultsOf(of, part, base)
  const fields = typeof part === 'object' ? fieldsOf(of, kind || kindIn(defaults)) : []
  const usual = base === undefined ? 'the base’s' : `the base’s: ${partText(of, base[of])}`
  const isChanged = kind === '' && part !== undefined
  const changed = `the base’s, changed: ${partText(of, wholePart(of, part, base))}`
  const ofBaseOptions = [...(isChanged ? [[ofBaseChanged, changed] as const] : []), [ofBase, usual] as const]
  const shown = kind === '' && isOptional ? (isChanged ? ofBaseChanged : ofBase) : kind
  return (
    <>
      <ChoiceField
        path={[...at, 'kind']}
        label={labels[of]}
        value={shown}
        options={[...(isOptional ? ofBaseOptions : []), ...kindChoices(kindsOf(of))]}
        onChoose={(chosen) => {
          if (chosen !== ofBaseChanged) set(at, chosen === ofBase ? undefined : freshPart(of, String(chosen)))
        }}
      />
      {fields.map((field) => {
        const value = getAt(part, [field.key])
        const usualValue = getAt(defaults, [field.key])
        return (
          <Field
            key={`${kind} ${field.key}`}
            at={at}
            field={isTyped(field) ? { ...field, ...emptyMeans(usualValue) } : field}
            value={isTyped(field) ? value : (value ?? usualValue)}
          />
        )
      })}
      {kind === 'layers' && (
        <p className={classes.own} data-wrong={problems[pathText([...at, 'topology'])] !== undefined}>
          {problemAt(problems, pathText([...at, 'topology']), 'The model') ??
            topologyText(getAt(part, ['topology']))}{' '}
          It is written as JSON.
        </p>
      )}
    </>
  )
}

const isTyped = ({ type }: FieldSpec): boolean => type.is === 'number' || type.is === 'numbers'

/** A field that is left empty shows what then holds. */
const emptyMeans = (usual: unknown) => (usual === undefined ? {} : { empty: writeValue(usual) || 'none' })
