import { memo } from 'react'
import type { DatasetInfo } from '../../../../shared/api/datasets.ts'
import { count } from '../../../format/format.ts'
import { Field } from '../Field.tsx'
import { useForm } from '../form.ts'
import { ChoiceField } from '../inputs.tsx'
import type { Choice, FieldSpec } from '../model/fields.ts'
import { getAt } from '../model/tree.ts'
import { chooseData } from '../useStartOn.ts'
import classes from './Questions.module.css'

interface DataQuestionProps {
  /** The data part of the draft. */
  readonly value: unknown
  /** The data sets of the lab that are whole; undefined until they are known. */
  readonly whole: readonly DatasetInfo[] | undefined
}

export const DataQuestion = memo(function DataQuestion({ value, whole }: DataQuestionProps) {
  const form = useForm()
  const name = getAt(value, ['name'])
  const twice = (one: string): boolean => (whole ?? []).filter((info) => info.name === one).length > 1
  const options: Choice[] = (whole ?? []).map((info) => [
    twice(info.name) ? info.id : info.name,
    `${info.name} · ${count(info.trainCount)}`,
  ])
  return (
    <fieldset className={classes.part}>
      <legend>Data</legend>
      <div className={classes.wide}>
        <ChoiceField
          path={['dataset', 'name']}
          label="Data set"
          hint="With how many training examples it has."
          value={name}
          options={options}
          onChoose={(chosen) => chooseData(form, chosen, whole ?? [])}
        />
      </div>
      <Field at={['dataset']} field={validation} value={getAt(value, ['validation'])} />
      <Field at={['dataset']} field={splitSeed} value={getAt(value, ['seed'])} />
      {whole?.some((info) => (info.name === name || info.id === name) && info.testCount === 0) && (
        <Field at={['dataset']} field={testPart} value={getAt(value, ['test'])} />
      )}
    </fieldset>
  )
})

const validation: FieldSpec = {
  key: 'validation',
  label: 'Validation part',
  type: { is: 'number', unit: 'train' },
  hint: 'Part of the training examples kept for validation.',
}
const testPart: FieldSpec = {
  key: 'test',
  label: 'Test part',
  type: { is: 'number', unit: 'train' },
  hint: 'This data set has no test part of its own: one is split off.',
}
const splitSeed: FieldSpec = {
  key: 'seed',
  label: 'Split seed',
  type: { is: 'number' },
  hint: 'Runs of one split seed train and validate on the same examples.',
}
