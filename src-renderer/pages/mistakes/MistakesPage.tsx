import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useMemo, useRef, useState } from 'react'
import type { ExamplePlaces } from '../../../shared/api/mistakes.ts'
import { methodWords } from '../../../shared/ensemble/methods.ts'
import { type Judged, ofCell } from '../../../shared/mistakes/examples.ts'
import { nameText, snapshotName } from '../../../shared/run/snapshotName.ts'
import { trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { PageHeader } from '../../components/PageHeader.tsx'
import { useSavedEnsembles } from '../../ensemble/saved.ts'
import { count, counted, percent } from '../../format/format.ts'
import { useRuns } from '../../hooks/useRuns.ts'
import { PartSwitch } from '../studies/PartSwitch.tsx'
import { type Cell, ConfusionMatrix } from './ConfusionMatrix.tsx'
import { Disputes } from './Disputes.tsx'
import { ExampleGrid } from './ExampleGrid.tsx'
import { MeasuresTable } from './MeasuresTable.tsx'
import classes from './Mistakes.module.css'
import { type Mistakes, type Predictor, predictorOf, useMistakes } from './useMistakes.ts'

const route = getRouteApi('/mistakes')

/** What a snapshot or an ensemble gets wrong, from stored predictions. */
export function MistakesPage() {
  const address = route.useSearch()
  const { ensembles, error, retry } = useSavedEnsembles()
  const saved = ensembles?.find(({ id }) => id === address.saved)
  const predictor = useMemo(() => predictorOf(address, saved), [address, saved])
  const isWaiting = address.saved !== undefined && ensembles === undefined
  return (
    <main className={classes.page}>
      {predictor !== undefined && <Found predictor={predictor} savedName={saved?.name} />}
      {predictor === undefined && <PageHeader title="Mistakes" />}
      {predictor === undefined && isWaiting && error !== null && (
        <ErrorNote title="The saved ensemble could not be read" error={error} onRetry={retry} />
      )}
      {predictor === undefined && !isWaiting && (
        <Text c="dimmed">
          {saved === undefined
            ? 'Nobody is chosen, or the ensemble is gone: open a run and choose Mistakes in the menu of a snapshot, or of a saved ensemble.'
            : `${saved.name} is one model of averaged weights, which keeps scores and no predictions.`}
        </Text>
      )}
    </main>
  )
}

interface FoundProps {
  readonly predictor: Predictor
  readonly savedName: string | undefined
}

function Found({ predictor, savedName }: FoundProps) {
  const address = route.useSearch()
  const navigate = useNavigate()
  const memberNames = useMemberNames(predictor.ids)
  const found = useMistakes(predictor, address.part)
  const mistakes = found.state === 'ready' ? found.mistakes : undefined
  const who =
    savedName ??
    (memberNames.length === 1
      ? memberNames[0]
      : `${counted(memberNames.length, 'snapshot')}, ${methodWords[predictor.method].phrase}`)
  const scores = mistakes && scoreWords(mistakes)
  return (
    <>
      <PageHeader
        title="Mistakes"
        detail={[who, scores].filter(Boolean).join(' · ')}
        actions={
          mistakes !== undefined &&
          mistakes.parts.length > 1 && (
            <PartSwitch
              part={mistakes.part}
              onPart={(part) =>
                void navigate({ to: '/mistakes', replace: true, search: { ...address, part } })
              }
            />
          )
        }
      />
      {found.state === 'loading' && <Text c="dimmed">Reading what was predicted…</Text>}
      {found.state === 'failed' && (
        <ErrorNote title="The mistakes cannot be shown" error={found.error} onRetry={found.retry} />
      )}
      {mistakes !== undefined && (
        <Sections key={mistakes.part} mistakes={mistakes} predictor={predictor} memberNames={memberNames} />
      )}
    </>
  )
}

const scoreWords = ({ part, report: { examples, worst, accuracy } }: Mistakes): string =>
  `${counted(worst.length, 'mistake')} on ${count(examples)} ${part} examples, accuracy ${percent(accuracy, 2)}`

interface SectionsProps {
  readonly mistakes: Mistakes
  readonly predictor: Predictor
  readonly memberNames: readonly string[]
}

function Sections({ mistakes: { part, report }, predictor, memberNames }: SectionsProps) {
  const [cell, setCell] = useState<Cell>()
  const matrix = useRef<HTMLDivElement>(null)
  const snapshotId = predictor.ids[0] ?? 0
  const placed = useQuery(trpc.mistakes.place.queryOptions({ snapshotId, part }))
  const places = placed.data
  const nameOf = useMemo(() => namer(places), [places])
  const judged = (all: readonly Judged[]) =>
    all.map((each) => ({ row: each.row, words: judgedWords(each, nameOf) }))
  const ofCellChosen = cell === undefined ? [] : ofCell(report.answers, cell.label, cell.guess)
  return (
    <>
      {places?.state === 'unknown' && (
        <Text size="sm">Numbers are shown without examples. {places.reason}</Text>
      )}
      {placed.error !== null && (
        <ErrorNote
          title="The examples could not be found"
          error={placed.error}
          onRetry={() => void placed.refetch()}
        />
      )}
      <div ref={matrix}>
        <ConfusionMatrix report={report} part={part} nameOf={nameOf} chosen={cell} onChoose={setCell} />
      </div>
      {cell !== undefined && (
        <ExampleGrid
          key={`${cell.label} ${cell.guess}`}
          title={`${nameOf(cell.label)} predicted as ${nameOf(cell.guess)}`}
          about={
            ofCellChosen.length === 0
              ? `No ${part} example.`
              : `${counted(ofCellChosen.length, `${part} example`)}, the surest first.`
          }
          tiles={judged(ofCellChosen)}
          places={places}
          focusFor={cell}
          onBack={() => matrix.current?.querySelector<HTMLElement>('[aria-pressed="true"]')?.focus()}
        />
      )}
      <ExampleGrid
        title="Worst mistakes"
        about={`${counted(report.worst.length, `${part} example`)} predicted wrongly, the surest first.`}
        tiles={judged(report.worst)}
        places={places}
      />
      <MeasuresTable report={report} part={part} nameOf={nameOf} />
      {memberNames.length > 1 && <OverMembers {...{ report, part, nameOf, memberNames, places }} />}
      <ExampleGrid
        title="Labels that may be wrong"
        about={`Guesses, not findings: confident learning (Northcutt et al. 2021) doubts ${counted(report.doubts.length, `${part} label`)}, by predictions for examples that were not trained on; the most doubtful first.`}
        tiles={report.doubts.map(({ row, label, likely, margin }) => ({
          row,
          words: `labelled ${nameOf(label)}\nperhaps ${nameOf(likely)}\nmargin ${signed(margin)}`,
        }))}
        places={places}
      />
    </>
  )
}

interface OverMembersProps {
  readonly report: Mistakes['report']
  readonly part: string
  readonly nameOf: (label: number) => string
  readonly memberNames: readonly string[]
  readonly places: ExamplePlaces | undefined
}

function OverMembers(props: OverMembersProps) {
  const { report, part, nameOf, memberNames, places } = props
  return (
    <>
      <ExampleGrid
        title="Hardest examples"
        about={`${counted(report.hardest.length, `${part} example`)} that some of the ${memberNames.length} members get wrong, first those that most do.`}
        tiles={report.hardest.map(({ row, wrong, meanOfLabel }) => ({
          row,
          words: `true ${nameOf(report.answers.truth.labels[row] ?? -1)} ${percent(meanOfLabel)} on average\n${wrong} of ${memberNames.length} members wrong`,
        }))}
        places={places}
      />
      <Disputes {...props} />
    </>
  )
}

const judgedWords = (
  { label, guess, confidence, ofLabel }: Judged,
  nameOf: (label: number) => string,
): string =>
  label === guess
    ? `${nameOf(label)} ${percent(confidence)}`
    : `true ${nameOf(label)} ${percent(ofLabel)}\npredicted ${nameOf(guess)} ${percent(confidence)}`

const signed = (value: number): string => value.toFixed(3).replace('-', '−')

const namer =
  (places: ExamplePlaces | undefined) =>
  (label: number): string =>
    label < 0
      ? 'nothing'
      : ((places?.state === 'known' ? places.classes[label] : undefined) ?? `class ${label}`)

/** What each snapshot is called: "cycle 3 of fashion". */
function useMemberNames(ids: readonly number[]): string[] {
  const { runs } = useRuns()
  return useMemo(() => {
    const names = new Map(
      runs.flatMap((run) =>
        run.snapshots.map(
          (each) => [each.id, `${nameText(snapshotName(run, each))} of ${run.name}`] as const,
        ),
      ),
    )
    return ids.map((id) => names.get(id) ?? `snapshot ${id}`)
  }, [runs, ids])
}
