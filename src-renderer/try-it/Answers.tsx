import { Button, Text } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import { answersHead, answersLines } from '../../shared/predictions/answersCsv.ts'
import { saveText } from '../components/saveText.ts'
import { ExampleList } from './ExampleList.tsx'
import type { Example } from './examples.ts'
import { LeftOut } from './LeftOut.tsx'
import { ProbabilityBars } from './ProbabilityBars.tsx'
import classes from './TryIt.module.css'
import type { TryItState } from './useTryIt.ts'

interface AnswersProps {
  readonly state: TryItState
  readonly classNames: readonly string[]
  readonly kind: 'image' | 'table'
}

/** Every example with the class it is taken for; of the chosen one the whole answer. */
export function Answers({ state: { rows, unusable, notes, examples }, classNames, kind }: AnswersProps) {
  const [chosen, choose] = useState(0)
  const at = chosen < rows.length ? chosen : 0
  const row = rows[at]
  const nameOf = (name: string): string => (kind === 'table' ? `line ${name}` : name)
  return (
    <>
      {notes.map((note) => (
        <Text key={note} size="xs" c="dimmed">
          {note}
        </Text>
      ))}
      {row !== undefined && (
        <div className={classes.answers}>
          <ExampleList rows={rows} classNames={classNames} chosen={at} onChoose={choose} nameOf={nameOf} />
          <section
            className={classes.answer}
            aria-live="polite"
            aria-label={`Answer for ${nameOf(row.name)}`}
          >
            {kind === 'image' && <Picture example={examples.find(({ name }) => name === row.name)} />}
            <Text size="sm" fw={600}>
              {classNames[row.predicted] ?? row.predicted}
            </Text>
            {row.note !== null && (
              <Text size="xs" c="dimmed">
                To fit the model: {row.note}.
              </Text>
            )}
            <ProbabilityBars classNames={classNames} probabilities={row.probabilities} />
          </section>
        </div>
      )}
      {unusable.length > 0 && <LeftOut unusable={unusable} nameOf={nameOf} />}
    </>
  )
}

type SaveAnswersProps = Pick<AnswersProps, 'classNames' | 'kind'> & Pick<TryItState, 'rows'>

/** The file that "anneal predict" writes. */
export function SaveAnswers({ rows, classNames, kind }: SaveAnswersProps) {
  const save = (): void => {
    const pieces = [answersHead(kind === 'image' ? 'path' : 'row', classNames)]
    for (let from = 0; from < rows.length; from += 1000)
      pieces.push(answersLines(rows.slice(from, from + 1000), classNames))
    saveText('predictions.csv', pieces, 'text/csv')
  }
  return (
    <Button variant="default" size="xs" onClick={save}>
      Save as CSV
    </Button>
  )
}

function Picture({ example }: { readonly example: Example | undefined }) {
  const address = useMemo(() => example && URL.createObjectURL(example.content), [example])
  useEffect(
    () => () => {
      if (address !== undefined) URL.revokeObjectURL(address)
    },
    [address],
  )
  return address === undefined ? null : (
    <img src={address} alt={example?.name ?? ''} className={classes.picture} />
  )
}
