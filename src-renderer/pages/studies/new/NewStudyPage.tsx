import { Button, SegmentedControl, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { api, trpc } from '../../../client.ts'
import { LazyJsonEditor } from '../../../components/editor/LazyJsonEditor.tsx'
import { errorWords } from '../../../components/errorWords.ts'
import { PageHeader } from '../../../components/PageHeader.tsx'
import { useShortcuts } from '../../../frame/shortcuts.ts'
import { useWorkers } from '../../../hooks/useWorkers.ts'
import { PlacementField } from '../../../workers/PlacementField.tsx'
import { placementProblem } from '../../../workers/placementChoices.ts'
import { FormContext } from '../../new-run/form.ts'
import { getAt, textAt } from '../../new-run/model/tree.ts'
import { kindNames, slotsMeasured } from '../words.ts'
import { BaseField } from './BaseField.tsx'
import { BudgetFields } from './BudgetFields.tsx'
import { NumberField } from './fields.tsx'
import classes from './NewStudy.module.css'
import { textProblem } from './partTexts.ts'
import { LeftOutList, StudyCost, TrunkOffer } from './StudyCost.tsx'
import { StudyWeights } from './StudyWeights.tsx'
import { SweepFields } from './SweepFields.tsx'
import { kindOf, readStudyJson, type StudyDraft } from './studyDraft.ts'
import { StudyFormContext, useStudyForm } from './studyForm.ts'
import { studyMisfits } from './studyMisfits.ts'
import { studyProblems } from './studyProblems.ts'
import { TrunkFields } from './TrunkFields.tsx'
import { useStudyDraft } from './useStudyDraft.ts'
import { useStudyPlan } from './useStudyPlan.ts'

type View = 'form' | 'json'

/** A question over many runs: about which run, what varies, how it is searched; what it costs stands beside Start. */
export function NewStudyPage() {
  const editor = useStudyDraft()
  const { draft, set, update, setKind, setJson, dropJson, replace, setBase, typePart, dropText } = editor
  const { tree, texts, json, placement } = draft
  const kind = kindOf(tree)
  const [view, setView] = useState<View>('form')
  const planned = useStudyPlan(tree)
  const navigate = useNavigate()
  const launch = useMutation({
    mutationFn: (spec: unknown) => api.studies.launch.mutate({ spec, placement }),
    onSuccess: ({ id }) => navigate({ to: '/studies/$studyId', params: { studyId: id } }),
  })
  const wrongJson = json !== undefined ? readStudyJson(json) : undefined
  const jsonProblem = wrongJson !== undefined && 'problem' in wrongJson ? wrongJson.problem : undefined
  const { data } = useQuery(trpc.datasets.list.queryOptions())
  const misfits = useMemo(() => studyMisfits(tree, data?.whole ?? []), [tree, data])
  const { info } = useWorkers()
  const wrong =
    jsonProblem ??
    textProblem(draft) ??
    Object.values(misfits)[0]?.sentence ??
    planned.problem ??
    placementProblem(placement, info, Date.now())
  const problem = wrong ?? (launch.error === null ? undefined : errorWords(launch.error))
  const start = (): void => {
    if (!launch.isPending && wrong === undefined) launch.mutate(tree)
  }
  useShortcuts('New study', [{ keys: 'mod+Enter', does: 'Start the study', run: start }])
  const form = useMemo(
    () => ({ tree, texts, set, typePart, dropText }),
    [tree, texts, set, typePart, dropText],
  )
  const fields = useMemo(
    () => ({
      set,
      update,
      gesture: () => undefined,
      problems: { ...misfits, ...studyProblems(tree, planned.problem) },
    }),
    [tree, set, update, misfits, planned.problem],
  )
  return (
    <StudyFormContext value={form}>
      <FormContext value={fields}>
        <main className={classes.page}>
          <div className={classes.head}>
            <PageHeader
              title="New study"
              actions={
                <>
                  <Presets onChoose={replace} />
                  <SegmentedControl
                    aria-label="View"
                    value={view}
                    onChange={(chosen) => setView(chosen)}
                    data={[
                      { value: 'form', label: 'Form' },
                      { value: 'json', label: 'JSON' },
                    ]}
                  />
                </>
              }
            />
          </div>
          <div className={classes.body}>
            {view === 'json' ? (
              <JsonText
                text={json ?? JSON.stringify(tree, null, 2)}
                problem={jsonProblem}
                onChange={setJson}
                onDrop={dropJson}
              />
            ) : (
              <>
                <div className={classes.fields}>
                  <SegmentedControl
                    aria-label="Kind of study"
                    value={kind}
                    onChange={setKind}
                    data={(['sweep', 'budget', 'trunk'] as const).map((value) => ({
                      value,
                      label: kindNames[value],
                    }))}
                  />
                  <span className={classes.line}>{asks[kind]}</span>
                </div>
                <BaseField onBase={setBase} />
                {kind === 'sweep' && <SweepFields />}
                {kind === 'budget' && <BudgetFields />}
                {kind === 'trunk' && <TrunkFields />}
                {kind === 'budget' && (
                  <TrunkOffer
                    tree={tree}
                    plan={planned.plan}
                    isWrong={planned.problem !== undefined}
                    onUse={replace}
                  />
                )}
                <CommonFields placement={placement} onPlacement={editor.setPlacement} />
              </>
            )}
          </div>
          <footer className={classes.bar}>
            <div className={classes.problem} role="status">
              {problem}
            </div>
            <LeftOutList plan={planned.plan} />
            <StudyCost {...planned} />
            <Button
              className={classes.start ?? ''}
              loading={launch.isPending}
              disabled={wrong !== undefined}
              onClick={start}
            >
              Start
            </Button>
          </footer>
        </main>
      </FormContext>
    </StudyFormContext>
  )
}

const asks = {
  sweep: 'Which settings are best?',
  budget: 'Which schedule is best at which budget? Each budget is a run of its own.',
  trunk: 'The cheap budget study: one run at one rate, cooled down at every budget.',
} as const

/** Name, what decides, and how many at once. */
function CommonFields({
  placement,
  onPlacement,
}: {
  readonly placement: StudyDraft['placement']
  readonly onPlacement: (placement: StudyDraft['placement']) => void
}) {
  const { tree, set } = useStudyForm()
  return (
    <section className={classes.group} aria-label="Study">
      <div className={classes.groupHead}>
        <h2>Study</h2>
      </div>
      <div className={classes.fields}>
        <TextInput
          size="xs"
          label="Name"
          w={260}
          maxLength={200}
          placeholder="named after what it asks"
          value={textAt(tree, ['name'])}
          onChange={({ currentTarget: { value } }) => set(['name'], value === '' ? undefined : value)}
        />
        <Select
          label="The best is chosen by"
          w={190}
          allowDeselect={false}
          data={[
            { value: 'validationAccuracy', label: 'validation accuracy' },
            { value: 'validationLoss', label: 'validation loss' },
          ]}
          value={textAt(tree, ['objective']) || 'validationAccuracy'}
          onChange={(objective) => set(['objective'], objective ?? undefined)}
        />
        <NumberField
          path={['slots']}
          label="Runs at once"
          width={110}
          placeholder="as in Settings"
          hint="So many train at once on one device; runs on the processor share its threads out"
        />
        <StudyWeights />
        <div className={classes.place}>
          <PlacementField
            isPlain
            value={placement}
            device={getAt(tree, ['base', 'device'])}
            onChange={onPlacement}
          />
        </div>
      </div>
      <p className={classes.help}>{slotsMeasured}</p>
      {getAt(tree, ['base', 'dataset', 'validation']) === 0 && (
        <p className={classes.help}>The base keeps no validation data: nothing could be chosen by it.</p>
      )}
    </section>
  )
}

function Presets({ onChoose }: { readonly onChoose: (tree: unknown) => void }) {
  const { data = [] } = useQuery(trpc.studies.presets.queryOptions())
  return (
    <Select
      aria-label="Start from a preset"
      placeholder="start from a preset …"
      w="16rem"
      maxDropdownHeight={420}
      comboboxProps={{ width: 420, position: 'bottom-end' }}
      data={data.map(({ id, title }) => ({ value: id, label: title }))}
      value={null}
      onChange={(id) => {
        const preset = data.find((one) => one.id === id)
        if (preset !== undefined) onChoose(preset.spec)
      }}
    />
  )
}

interface JsonTextProps {
  readonly text: string
  readonly problem: string | undefined
  readonly onChange: (text: string) => void
  readonly onDrop: () => void
}

/** The whole study as text. The form follows what is JSON; what is not stays here until it is mended or thrown away. */
function JsonText({ text, problem, onChange, onDrop }: JsonTextProps) {
  return (
    <section className={classes.json} aria-label="Study as JSON">
      <div className={classes.groupHead}>
        <span className={classes.line}>
          The study as a file: save it and start it with anneal study --spec FILE.
        </span>
        <span className={classes.space} />
        <Button size="compact-xs" variant="default" disabled={problem === undefined} onClick={onDrop}>
          Back to what the form says
        </Button>
      </div>
      <LazyJsonEditor
        label="Study as JSON"
        text={text}
        isWrong={problem !== undefined}
        describedBy="study-json-problem"
        onChange={onChange}
      />
      <p id="study-json-problem" className={classes.problem}>
        {problem}
      </p>
    </section>
  )
}
