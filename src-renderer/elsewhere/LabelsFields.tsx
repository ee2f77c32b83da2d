import { SegmentedControl, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { RunSummary } from '../../shared/api/runs.ts'
import { trpc } from '../client.ts'
import { SearchSelect } from '../components/SearchSelect.tsx'
import { callName } from '../pages/data/words.ts'
import classes from './Elsewhere.module.css'
import type { PredictionsMistakes } from './ImportPredictions.tsx'
import { lookQuery } from './PredictionsLookTable.tsx'
import { hasExamples, type LabelsFrom, type PredictionsDraft } from './predictionsDraft.ts'

interface LabelsFieldsProps {
  readonly draft: PredictionsDraft
  readonly mistakes: PredictionsMistakes
  readonly runs: readonly RunSummary[]
  readonly onChange: (part: Partial<PredictionsDraft>) => void
}

const sources: readonly { readonly value: LabelsFrom; readonly label: string }[] = [
  { value: 'files', label: 'In the files' },
  { value: 'file', label: 'A file of labels' },
  { value: 'dataset', label: 'A data set of the lab' },
  { value: 'run', label: 'The data of a run' },
]

/** What the right answers are. */
export function LabelsFields(props: LabelsFieldsProps) {
  const { draft, onChange } = props
  return (
    <>
      <div className={classes.wide}>
        <span className={classes.aside} id="labels-from">
          Right answers
        </span>
        <div>
          <SegmentedControl
            aria-labelledby="labels-from"
            data={[...sources]}
            value={draft.labelsFrom}
            onChange={(value) =>
              onChange({ labelsFrom: sources.find((source) => source.value === value)?.value ?? 'files' })
            }
          />
        </div>
      </div>
      <Source {...props} />
    </>
  )
}

function Source(props: LabelsFieldsProps) {
  switch (props.draft.labelsFrom) {
    case 'files':
      return <Column {...props} />
    case 'file':
      return (
        <TextInput
          label="File of labels"
          description="Whole numbers from 0, one an example"
          value={props.draft.labels}
          error={props.mistakes.labels}
          spellCheck={false}
          autoComplete="off"
          onChange={({ currentTarget }) => props.onChange({ labels: currentTarget.value })}
        />
      )
    case 'dataset':
      return <Dataset {...props} />
    case 'run':
      return <OfRun {...props} />
  }
}

function Column({ draft, mistakes, onChange }: LabelsFieldsProps) {
  const path = draft.files[0]?.path ?? ''
  const look = useQuery({ ...lookQuery(path, null), enabled: path !== '' })
  const guess = look.data?.columns.find(({ use }) => use === 'label')?.name
  const names = look.data?.labelColumns ?? []
  return (
    <SearchSelect
      label="Column of the labels"
      data={[...new Set(draft.column === null ? names : [draft.column, ...names])]}
      value={draft.column}
      placeholder={guessWords(guess, names.length)}
      error={mistakes.labels}
      clearable
      nothingFound="No column of whole rows is called so"
      openOnFocus={false}
      limit={100}
      onChange={(column) => onChange({ column })}
    />
  )
}

function guessWords(guess: string | undefined, columns: number): string {
  if (guess !== undefined) return `${guess}, by its name`
  return columns === 0 ? 'The first file has none' : 'None is called label'
}

function Dataset({ draft, mistakes, onChange }: LabelsFieldsProps) {
  const { data } = useQuery(trpc.datasets.list.queryOptions())
  const all = data?.whole ?? []
  const share = (field: 'validation' | 'test' | 'seed', label: string, placeholder: string) => (
    <TextInput
      label={label}
      placeholder={placeholder}
      value={draft[field]}
      inputMode="decimal"
      onChange={({ currentTarget }) => onChange({ [field]: currentTarget.value })}
    />
  )
  return (
    <>
      <Select
        label="Data set"
        data={all.map((each) => ({ value: callName(each, all), label: each.name }))}
        value={draft.dataset}
        error={mistakes.dataset}
        onChange={(dataset) => onChange({ dataset })}
      />
      {share('validation', 'Share for validation', '0.1')}
      {share('test', 'Share for test, where it has none', '0.2')}
      {share('seed', 'Seed of the split', '1')}
    </>
  )
}

function OfRun({ draft, mistakes, runs, onChange }: LabelsFieldsProps) {
  const own = runs.filter(hasExamples)
  return (
    <SearchSelect
      label="Run"
      description="Its data set and split, to be combined with it"
      data={own.map(({ id, name }) => ({ value: id, label: name }))}
      value={draft.run}
      error={mistakes.dataset}
      nothingFound="No run of that name"
      openOnFocus={false}
      limit={60}
      onChange={(run) => onChange({ run })}
    />
  )
}
