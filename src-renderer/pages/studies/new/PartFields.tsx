import { Field } from '../../new-run/Field.tsx'
import { useForm } from '../../new-run/form.ts'
import { ChoiceField } from '../../new-run/inputs.tsx'
import { type FieldSpec, problemAt, writeValue } from '../../new-run/model/fields.ts'
import { kindChoices } from '../../new-run/model/runFields.ts'
import { topologyText } from '../../new-run/model/topology.ts'
import { getAt, type Path, pathText } from '../../new-run/model/tree.ts'
import classes from './NewStudy.module.css'
import { defaultsOf, fieldsOf, freshPart, kindIn, kindsOf, type PartOf, partText } from './parts.ts'
import { baseOf } from './studyDraft.ts'
import { useStudyForm } from './studyForm.ts'

interface PartFieldsProps {
  readonly of: PartOf
  readonly at: Path
  /** It may be left to the base. */
  readonly isOptional?: boolean
}

const labels = { optimizer: 'Optimizer', model: 'Network' } as const
/** Of the choice that leaves a part to the base, or only changes what the base has: no kind has this name. */
const ofBase = 'base'

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
  const shown = kind === '' && isOptional ? ofBase : kind
  return (
    <>
      <ChoiceField
        path={[...at, 'kind']}
        label={labels[of]}
        value={shown}
        options={[...(isOptional ? [[ofBase, usual] as const] : []), ...kindChoices(kindsOf(of))]}
        onChoose={(chosen) => set(at, chosen === ofBase ? undefined : freshPart(of, String(chosen)))}
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
