import { useQuery } from '@tanstack/react-query'
import type { DatasetInfo } from '../../../../shared/api/datasets.ts'
import { trpc } from '../../../client.ts'
import { useForm } from '../../new-run/form.ts'
import { ChoiceField } from '../../new-run/inputs.tsx'
import { type Path, textAt } from '../../new-run/model/tree.ts'
import { onData, renamedEntry } from './entries.ts'
import { PartFields } from './PartFields.tsx'
import { PartList } from './PartList.tsx'
import { freshPart, kindsOf, taskText } from './parts.ts'
import { baseOf } from './studyDraft.ts'
import { useStudyForm } from './studyForm.ts'

/** Data sets and networks that are compared; without any the base's. */
export function TasksField() {
  const base = baseOf(useStudyForm().tree)
  const { data } = useQuery(trpc.datasets.list.queryOptions())
  const whole = data?.whole ?? []
  const names = [...new Set(whole.map(({ name }) => name))].filter((name) => name !== base?.dataset.name)
  const offers = [
    { group: 'As in the base', items: [{ value: 'base', label: `The base's: ${taskText({}, base)}` }] },
    { group: 'On other data', items: names.map((name) => ({ value: `data ${name}`, label: name })) },
    {
      group: 'With another network',
      items: Object.entries(kindsOf('model')).map(([kind, { name }]) => ({
        value: `model ${kind}`,
        label: name,
      })),
    },
  ]
  const entryOf = (offer: string): unknown => {
    const of = offer.slice(0, offer.indexOf(' '))
    const value = offer.slice(of.length + 1)
    if (of === 'data') return onData({}, value)
    return of === 'model' ? { model: freshPart('model', value) } : {}
  }
  return (
    <PartList
      list={['tasks']}
      title="Tasks"
      one="task"
      offers={offers.filter(({ items }) => items.length > 0)}
      entryOf={entryOf}
      usual={{
        words: `The base's alone: ${taskText({}, base)}. One that is added stands beside it.`,
        entry: {},
      }}
      textOf={(entry) => taskText(entry, base)}
      nameOf={(entry) => textAt(entry, ['label'])}
      renamed={renamedEntry}
      placeholder='[{"label": "MLP", "model": {"kind": "mlp"}}, {"label": "CNN", "model": {"kind": "cnn"}}]'
      fields={(at) => (
        <>
          <DataChoice at={at} whole={whole} />
          <PartFields of="model" at={[...at, 'model']} isOptional />
        </>
      )}
    />
  )
}

/** The data set of a task, or the base's. */
function DataChoice({ at, whole }: { readonly at: Path; readonly whole: readonly DatasetInfo[] }) {
  const { tree } = useStudyForm()
  const { update } = useForm()
  const base = baseOf(tree)
  const name = textAt(tree, [...at, 'dataset', 'name'])
  const names = [...new Set(whole.map((info) => info.name))]
  return (
    <ChoiceField
      path={[...at, 'dataset', 'name']}
      label="Data set"
      hint="How it is split stays as in the base; the JSON can say it otherwise."
      value={name}
      options={[
        ['', base === undefined ? 'the base’s' : `the base’s: ${base.dataset.name}`],
        ...names.map((one) => [one, one] as const),
      ]}
      onChoose={(chosen) => update(at, (task) => onData(task, String(chosen)))}
    />
  )
}
