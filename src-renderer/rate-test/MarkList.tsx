import { Button } from '@mantine/core'
import type { RateTestView } from '../../shared/api/studies.ts'
import { Swatch } from '../charts/Swatch.tsx'
import { rate as rateText } from '../format/format.ts'
import { type Mark, marksOf } from './marks.ts'
import classes from './RateTest.module.css'
import type { LineName } from './rateLines.ts'

interface MarkListProps {
  readonly view: Pick<RateTestView, 'suggestions' | 'bounds'>
  /** It goes on: its rates still move. */
  readonly isLive: boolean
  readonly onChoose: (line: LineName, rate: number) => void
}

/** The legend of the suggestions: what each is, when it misleads, and a line to put there. */
export function MarkList({ view, isLive, onChoose }: MarkListProps) {
  return (
    <ul className={classes.marks} aria-label="Suggested rates">
      {marksOf(view).map((mark) => (
        <li key={mark.id} data-none={mark.rate === null}>
          <Swatch look={mark} />
          <span className={classes.markName}>{mark.label}</span>
          <span className={classes.markRate}>
            {mark.rate === null
              ? isLive
                ? 'not yet'
                : 'none'
              : `${rateText(Number(mark.rate.toPrecision(3)))}${isLive ? ' so far' : ''}`}
          </span>
          {!isLive && mark.rate !== null && <LineButtons mark={mark} rate={mark.rate} onChoose={onChoose} />}
          <p>
            {mark.about} <span className={classes.misleads}>{mark.misleads}</span>
          </p>
        </li>
      ))}
    </ul>
  )
}

function LineButtons({
  mark,
  rate,
  onChoose,
}: {
  readonly mark: Mark
  readonly rate: number
  readonly onChoose: MarkListProps['onChoose']
}) {
  const button = (line: LineName) => (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={`${mark.label}: ${line}`}
      title={`Move the line of the ${line}est rate here`}
      onClick={() => onChoose(line, rate)}
    >
      {line}
    </Button>
  )
  return (
    <span className={classes.markButtons}>
      {button('low')}
      {button('high')}
    </span>
  )
}
