import { Button } from '@mantine/core'
import { useState } from 'react'
import type { RunSpec } from '../../../../shared/run/spec.ts'
import { LazyJsonEditor } from '../../../components/editor/LazyJsonEditor.tsx'
import { optimizerText, specLine } from '../../../format/specText.ts'
import { FromRun } from '../../new-run/FromRun.tsx'
import { useForm } from '../../new-run/form.ts'
import { problemAt } from '../../new-run/model/fields.ts'
import { getAt } from '../../new-run/model/tree.ts'
import classes from './NewStudy.module.css'
import { baseOf, readStudyJson } from './studyDraft.ts'
import { useStudyForm } from './studyForm.ts'

/** The run that the study varies: in a line, from a run that is stored, or as JSON. */
export function BaseField({ onBase }: { readonly onBase: (base: RunSpec) => void }) {
  const { tree, set } = useStudyForm()
  const [isOpen, setOpen] = useState(false)
  const [typed, setTyped] = useState<string>()
  const base = baseOf(tree)
  const baseProblem = problemAt(useForm().problems, 'base', 'The base')
  const problem = typed === undefined ? undefined : problemOf(typed)
  return (
    <section className={classes.group} aria-label="Base">
      <div className={classes.groupHead}>
        <h2>Base</h2>
        <span className={classes.line}>
          {base === undefined
            ? 'This is no run spec yet: see what is wrong beside Start'
            : `${base.dataset.name} · ${specLine(base)} · ${optimizerText(base.optimizer)} · batch ${base.batchSize}`}
        </span>
        <span className={classes.space} />
        <FromRun onChoose={({ spec }) => onBase(spec)} />
        <Button
          variant="default"
          aria-expanded={isOpen}
          onClick={() => {
            setOpen(!isOpen)
            setTyped(undefined)
          }}
        >
          {isOpen ? 'Close the JSON' : 'Edit as JSON'}
        </Button>
      </div>
      {baseProblem !== undefined && <p className={classes.problem}>{baseProblem}</p>}
      {isOpen && (
        <div className={classes.baseJson}>
          <LazyJsonEditor
            label="Base as JSON"
            text={typed ?? JSON.stringify(getAt(tree, ['base']), null, 2)}
            isWrong={problem !== undefined}
            describedBy="base-problem"
            onChange={(text) => {
              setTyped(text)
              const reading = readStudyJson(text)
              if ('tree' in reading) set(['base'], reading.tree)
            }}
          />
          <p id="base-problem" role="status" className={classes.problem}>
            {problem}
          </p>
        </div>
      )}
    </section>
  )
}

function problemOf(text: string): string | undefined {
  const reading = readStudyJson(text)
  return 'problem' in reading ? reading.problem : undefined
}
