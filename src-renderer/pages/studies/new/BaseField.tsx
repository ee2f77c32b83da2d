import { Button } from '@mantine/core'
import { useState } from 'react'
import { LazyJsonEditor } from '../../../components/editor/LazyJsonEditor.tsx'
import { optimizerText, specLine } from '../../../format/specText.ts'
import { FromRun } from '../../new-run/FromRun.tsx'
import { useForm } from '../../new-run/form.ts'
import { problemAt } from '../../new-run/model/fields.ts'
import { getAt, type Path } from '../../new-run/model/tree.ts'
import classes from './NewStudy.module.css'
import { readPart, textKey, waitingProblem } from './partTexts.ts'
import { baseOf } from './studyDraft.ts'
import { useStudyForm } from './studyForm.ts'
import type { BaseRun } from './useStudyDraft.ts'

const path: Path = ['base']

/** The run that the study varies: in a line, from a run that is stored, or as JSON. */
export function BaseField({ onBase }: { readonly onBase: (run: BaseRun) => void }) {
  const { tree, texts, typePart, dropText } = useStudyForm()
  const waiting = texts[textKey(tree, path)]
  const problem = waitingProblem({ tree, texts }, path)
  const [isAsked, setAsked] = useState(problem !== undefined)
  // A text that is no base yet is not put away with its field.
  const isOpen = isAsked || problem !== undefined
  const [typed, setTyped] = useState<string>()
  const isCurrent = typed !== undefined && isBase(typed, getAt(tree, path))
  const base = baseOf(tree)
  const baseProblem = problemAt(useForm().problems, 'base', 'The base')
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
        <FromRun onChoose={onBase} />
        <Button
          variant="default"
          aria-expanded={isOpen}
          onClick={() => {
            setAsked(problem !== undefined || !isOpen)
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
            text={waiting ?? (isCurrent ? typed : JSON.stringify(getAt(tree, path), null, 2))}
            isWrong={problem !== undefined}
            describedBy="base-problem"
            onChange={(text) => {
              setTyped(text)
              typePart(path, text)
            }}
          />
          <p id="base-problem" role="status" className={classes.problem}>
            {problem}
          </p>
          {problem !== undefined && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                setTyped(undefined)
                dropText(path)
              }}
            >
              Back to the base as it was
            </Button>
          )}
        </div>
      )}
    </section>
  )
}

/** What was typed stands while it says what the draft has. */
function isBase(text: string, base: unknown): boolean {
  const reading = readPart(path, text)
  return 'value' in reading && JSON.stringify(reading.value) === JSON.stringify(base)
}
