import { useQuery } from '@tanstack/react-query'
import { memo, useState } from 'react'
import type { DatasetInfo } from '../../../shared/api/datasets.ts'
import { deviceName } from '../../../shared/run/spec.ts'
import { trpc } from '../../client.ts'
import { count } from '../../format/format.ts'
import { Field } from './Field.tsx'
import { useForm } from './form.ts'
import { ChoiceField, ValueField } from './inputs.tsx'
import type { Choice, FieldSpec } from './model/fields.ts'
import { kindChoices, modelKind, models, optimizerKind, optimizers } from './model/runFields.ts'
import { getAt, textAt } from './model/tree.ts'
import classes from './Questions.module.css'
import { chooseData } from './useStartOn.ts'

interface PartProps {
  /** That part of the draft. */
  readonly value: unknown
}

const validation: FieldSpec = {
  key: 'validation',
  label: 'Validation part',
  type: { is: 'number', unit: 'train' },
  hint: 'Part of the training examples kept for validation.',
}

export const DataQuestion = memo(function DataQuestion({
  value,
  whole,
}: PartProps & { readonly whole: readonly DatasetInfo[] | undefined }) {
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

const modelChoices = kindChoices(models)
const optimizerChoices = kindChoices(optimizers)

export const ModelQuestion = memo(function ModelQuestion({ value }: PartProps) {
  const { set } = useForm()
  const kind = textAt(value, ['kind'])
  return (
    <fieldset className={classes.part}>
      <legend>Model</legend>
      <ChoiceField
        path={['model', 'kind']}
        label="Network"
        value={kind}
        options={modelChoices}
        onChoose={(chosen) => set(['model'], { kind: chosen, ...modelKind(String(chosen))?.start })}
      />
      {modelKind(kind)?.fields.map((field) => (
        <Field key={`${kind} ${field.key}`} at={['model']} field={field} value={getAt(value, [field.key])} />
      ))}
    </fieldset>
  )
})

export const OptimizerQuestion = memo(function OptimizerQuestion({
  value,
  batchSize,
}: PartProps & { readonly batchSize: unknown }) {
  const { set } = useForm()
  const kind = textAt(value, ['kind'])
  return (
    <fieldset className={classes.part}>
      <legend>Training</legend>
      <ChoiceField
        path={['optimizer', 'kind']}
        label="Optimizer"
        value={kind}
        options={optimizerChoices}
        onChoose={(chosen) => set(['optimizer'], { kind: chosen, ...optimizerKind(String(chosen))?.start })}
      />
      <Field at={[]} field={batch} value={batchSize} />
      {optimizerKind(kind)?.fields.map((field) => (
        <Field
          key={`${kind} ${field.key}`}
          at={['optimizer']}
          field={field}
          value={getAt(value, [field.key])}
        />
      ))}
    </fieldset>
  )
})

const batch: FieldSpec = { key: 'batchSize', label: 'Batch size', type: { is: 'number', unit: 'examples' } }

const budgetUnits: readonly Choice[] = [
  ['epochs', 'epochs'],
  ['steps', 'steps'],
]

/** @param stepsPerEpoch to turn one unit into the other; undefined while not known */
export const BudgetQuestion = memo(function BudgetQuestion({
  value,
  snapshots,
  stepsPerEpoch,
}: PartProps & { readonly snapshots: unknown; readonly stepsPerEpoch: number | undefined }) {
  const { set } = useForm()
  const unit = getAt(value, ['steps']) === undefined ? 'epochs' : 'steps'
  const amount = getAt(value, [unit])
  const change = (to: string | number) => {
    if (to === unit) return
    const factor = stepsPerEpoch ?? 1
    const turned =
      typeof amount !== 'number'
        ? amount
        : to === 'steps'
          ? Math.round(amount * factor)
          : Number((amount / factor).toFixed(3))
    set(['budget'], { [String(to)]: turned })
  }
  const rule = textAt(snapshots, ['at'])
  return (
    <fieldset className={classes.part}>
      <legend>Budget and snapshots</legend>
      <ValueField path={['budget', unit]} field={budget} value={amount ?? ''} unit={unit} />
      <ChoiceField
        path={['budget', 'unit']}
        label="Counted in"
        value={unit}
        options={budgetUnits}
        onChoose={change}
      />
      <ChoiceField
        path={['snapshots', 'at']}
        label="Snapshots"
        value={rule}
        options={snapshotRules}
        onChoose={(at) => set(['snapshots'], at === 'epochs' ? { at, every: 1 } : { at })}
      />
      {rule === 'epochs' && <Field at={['snapshots']} field={every} value={getAt(snapshots, ['every'])} />}
    </fieldset>
  )
})

const budget: FieldSpec = { key: 'budget', label: 'Budget', type: { is: 'number' } }
const every: FieldSpec = { key: 'every', label: 'Every', type: { is: 'number', unit: 'epochs' } }
const snapshotRules: readonly Choice[] = [
  ['cycleEnds', 'at cycle ends'],
  ['epochs', 'every n epochs'],
  ['last', 'the last model'],
]

export const RunQuestion = memo(function RunQuestion({
  name,
  seed,
  device,
  isReady,
}: {
  readonly name: unknown
  readonly seed: unknown
  readonly device: unknown
  /** The data sets are known. */
  readonly isReady: boolean
}) {
  const devices = useQuery({
    ...trpc.lab.devices.queryOptions(),
    staleTime: Number.POSITIVE_INFINITY,
    // The host tries each device in a process of its own: what the curve needs is not to wait for that.
    enabled: isReady,
  })
  const known = devices.data ?? []
  const infoOf = (one: unknown) => known.find(({ name, chosen }) => (one === 'auto' ? chosen : name === one))
  const options: Choice[] = deviceNames.map((one) => [
    one,
    infoOf(one)?.available === false ? `${one}: not available` : one,
  ])
  const chosen = infoOf(device)
  return (
    <fieldset className={classes.part}>
      <legend>Run</legend>
      <div className={classes.wide}>
        <Field at={[]} field={nameField} value={name} />
      </div>
      <ChoiceField
        path={['device']}
        label="Device"
        hint={chosen && `${chosen.device ?? chosen.name}: ${chosen.reason}`}
        value={device}
        options={options}
      />
      <Field at={[]} field={seedField} value={seed} />
    </fieldset>
  )
})

const deviceNames = deviceName.options
const nameField: FieldSpec = { key: 'name', label: 'Name', type: { is: 'text' }, empty: 'named by its id' }
const seedField: FieldSpec = {
  key: 'seed',
  label: 'Seed',
  type: { is: 'number' },
  hint: 'Weights, batch order, augmentation and dropout follow from it.',
}

const augmentation: readonly FieldSpec[] = [
  {
    key: 'crop',
    label: 'Random crop',
    type: { is: 'number', unit: 'px' },
    hint: 'Pixels of padding before a random crop back to the image’s size.',
  },
  { key: 'flip', label: 'Mirror half', type: { is: 'flag' } },
]
const smoothing: FieldSpec = {
  key: 'labelSmoothing',
  label: 'Label smoothing',
  type: { is: 'number' },
}
const evaluate: FieldSpec = {
  key: 'everyEpochs',
  label: 'Evaluate every',
  type: { is: 'number', unit: 'epochs' },
}

/** What most runs leave as it is. */
export const MoreQuestions = memo(function MoreQuestions(given: {
  readonly augmentation: unknown
  readonly labelSmoothing: unknown
  readonly evaluation: unknown
  /** Something in here is wrong: it must be seen. */
  readonly isWrong: boolean
}) {
  const [isOpen, setOpen] = useState(false)
  const isUsual =
    getAt(given.augmentation, ['crop']) === 0 &&
    getAt(given.augmentation, ['flip']) === false &&
    given.labelSmoothing === 0
  return (
    <details
      className={classes.more}
      open={isOpen || given.isWrong}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>Augmentation, smoothing{isUsual ? ': none' : ''}</summary>
      <div className={classes.grid}>
        {augmentation.map((field) => (
          <Field
            key={field.key}
            at={['augmentation']}
            field={field}
            value={getAt(given.augmentation, [field.key])}
          />
        ))}
        <Field at={[]} field={smoothing} value={given.labelSmoothing} />
        <Field at={['evaluation']} field={evaluate} value={getAt(given.evaluation, ['everyEpochs'])} />
      </div>
    </details>
  )
})
