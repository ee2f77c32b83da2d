import { Text } from '@mantine/core'
import { useEffect, useMemo, useState } from 'react'
import { counted } from '../format/format.ts'
import { ProbabilityBars } from './ProbabilityBars.tsx'
import classes from './TryIt.module.css'
import type { Example, TryItState } from './useTryIt.ts'

interface AnswersProps {
  readonly state: TryItState
  readonly classNames: readonly string[]
  readonly kind: 'image' | 'table'
}

/** Listed one by one; the command line writes them all. */
const mostListed = 500

/** Every example with the class it is taken for; of the chosen one the whole answer. */
export function Answers({ state: { rows, unusable, notes, examples }, classNames, kind }: AnswersProps) {
  const [chosen, choose] = useState(0)
  const row = rows[chosen] ?? rows[0]
  return (
    <>
      {notes.map((note) => (
        <Text key={note} size="xs" c="dimmed">
          {note}
        </Text>
      ))}
      {row !== undefined && (
        <div className={classes.answers}>
          <ol className={classes.list} aria-label="Examples">
            {rows.slice(0, mostListed).map(({ name, predicted, probabilities }, k) => (
              <li key={name}>
                <button
                  type="button"
                  className={classes.example}
                  aria-pressed={row.name === name}
                  onClick={() => choose(k)}
                >
                  <span className={classes.name}>{kind === 'table' ? `line ${name}` : name}</span>
                  <b>{classNames[predicted] ?? predicted}</b>
                  <span className={classes.value}>
                    {(100 * (probabilities[predicted] ?? 0)).toFixed(1)} %
                  </span>
                </button>
              </li>
            ))}
          </ol>
          <div className={classes.answer} aria-live="polite">
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
          </div>
        </div>
      )}
      {rows.length > mostListed && (
        <Text size="xs" c="dimmed">
          The first {mostListed} of {counted(rows.length, 'example')}; “anneal predict” writes them all.
        </Text>
      )}
      {unusable.length > 0 && (
        <section aria-label="Left out">
          <Text size="sm">{counted(unusable.length, 'example')} left out:</Text>
          <ul className={classes.unusable}>
            {unusable.slice(0, mostListed).map(({ name, why }) => (
              <li key={name}>
                {kind === 'table' ? `line ${name}` : name}: {why}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
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
