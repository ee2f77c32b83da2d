import { Table, UnstyledButton } from '@mantine/core'
import { useElementSize } from '@mantine/hooks'
import { memo, useMemo, useState } from 'react'
import type { PartAssessment } from '../../shared/ensemble/assess.ts'
import type { ReliabilityBin } from '../../shared/ensemble/calibration.ts'
import { type ScaledCalibration, scaledCalibration } from '../../shared/ensemble/scaledCalibration.ts'
import { type Temperature, temperatureRange } from '../../shared/ensemble/temperature.ts'
import type { WorkbenchPart } from '../../shared/ensemble/workbench.ts'
import { count, percent } from '../format/format.ts'
import classes from './Calibration.module.css'
import { CalibrationErrorsTable } from './CalibrationErrorsTable.tsx'
import ensembleClasses from './Ensemble.module.css'
import { Section } from './Section.tsx'
import type { EnsembleModel } from './useEnsemble.ts'

interface CalibrationProps {
  readonly model: EnsembleModel
  readonly judged: PartAssessment
  readonly part: 'validation' | 'test'
}

/** Whether the ensemble is right as often as it is sure, before and after a temperature was fitted on validation. */
export const Calibration = memo(function Calibration({ model, judged, part }: CalibrationProps) {
  const [table, setTable] = useState(false)
  const [isScaled, setScaled] = useState(false)
  const { bestScores } = judged
  const calibration = useCalibration(model)
  if (calibration === undefined) return null
  const { before, scaled } = calibration
  const shown = isScaled && scaled !== null ? scaled.after : before
  return (
    <>
      <Section
        title="Confidence and accuracy"
        about={`Accuracy by confidence on ${part}, ${before.bins} bins. ECE ${percent(before.ece, 2)}, best snapshot ${percent(bestScores.ece, 2)}.`}
        action={
          <span>
            {scaled !== null && (
              <UnstyledButton
                className={classes.switch}
                aria-pressed={isScaled}
                aria-label="Calibration: scaled by temperature"
                onClick={() => setScaled(!isScaled)}
              >
                scaled
              </UnstyledButton>
            )}
            <UnstyledButton
              className={classes.switch}
              aria-pressed={table}
              aria-label="Calibration: table of values"
              onClick={() => setTable(!table)}
            >
              table
            </UnstyledButton>
          </span>
        }
      >
        {table ? (
          <BinTable bins={shown.reliability} />
        ) : (
          <Diagram bins={shown.reliability} best={bestScores.eceBins} examples={judged.examples} />
        )}
      </Section>
      <Section title="Errors of confidence" about={`On ${part}. ${temperatureWords(scaled?.fit)}`}>
        <CalibrationErrorsTable calibration={calibration} />
      </Section>
    </>
  )
})

/** Fitting takes tens of milliseconds: only after the answer stands. */
function useCalibration({ workbench, choice }: EnsembleModel): ScaledCalibration | undefined {
  return useMemo(() => {
    const answered = (part: WorkbenchPart | null) => {
      const probs = part?.mixture(choice)
      const truth = part?.predictions[0]?.truth
      return probs === undefined || truth === undefined ? undefined : { probs, truth }
    }
    const judged = answered(workbench.judged)
    const validation = workbench.test === null ? undefined : answered(workbench.validation)
    return judged && scaledCalibration(judged, validation)
  }, [workbench, choice])
}

function temperatureWords(fit: Temperature | undefined): string {
  if (fit === undefined) return 'No temperature: that takes validation data to fit it on beside test data.'
  const [least, most] = temperatureRange
  const value = `Temperature ${fit.temperature.toFixed(3)}, fitted on validation by NLL`
  if (fit.atEnd) return `${value}: an end of the range ${least} to ${most} that is searched.`
  return `${value}: ${fit.temperature > 1 ? 'surer than right' : 'less sure than it could be'} as it is.`
}

const height = 210
const margin = { left: 40, right: 8, top: 6, bottom: 18 }
/** Of the bars that count the examples, below the diagram. */
const countHeight = 34
const gap = 8

interface DiagramProps {
  readonly bins: readonly ReliabilityBin[]
  readonly best: readonly ReliabilityBin[]
  readonly examples: number
}

function Diagram({ bins, best, examples }: DiagramProps) {
  const { ref, width } = useElementSize<HTMLDivElement>()
  return (
    <figure className={classes.figure} aria-label={summary(bins)}>
      <div ref={ref} style={{ height }} aria-hidden="true">
        {width > 0 && (
          <svg width={width} height={height} className={classes.diagram} aria-hidden="true">
            <Bars bins={bins} best={best} examples={examples} width={width} />
          </svg>
        )}
      </div>
      <figcaption className={classes.legend} aria-hidden="true">
        <span>
          <span className={classes.keyBar} /> ensemble
        </span>
        <span>
          <span className={classes.keyDot} /> best snapshot
        </span>
        <span>
          <span className={classes.keyLine} /> as sure as right
        </span>
        <span>
          <span className={classes.keyCount} /> share of examples
        </span>
      </figcaption>
    </figure>
  )
}

function Bars({ bins, best, examples, width }: DiagramProps & { readonly width: number }) {
  const across = width - margin.left - margin.right
  const up = height - margin.top - margin.bottom - countHeight - gap
  const x = (confidence: number): number => margin.left + confidence * across
  const y = (accuracy: number): number => margin.top + (1 - accuracy) * up
  const base = height - margin.bottom
  const most = Math.max(...bins.map((bin) => bin.count))
  const thick = (bin: ReliabilityBin): number => Math.max(1, x(bin.hi) - x(bin.lo) - 1.5)
  return (
    <>
      {[0, 0.5, 1].map((tick) => (
        <g key={tick}>
          <line className={classes.grid} x1={x(0)} x2={x(1)} y1={y(tick)} y2={y(tick)} />
          <text
            className={classes.tick}
            x={margin.left - 5}
            y={y(tick)}
            textAnchor="end"
            dominantBaseline="central"
          >
            {percent(tick, 0)}
          </text>
          <text
            className={classes.tick}
            x={x(tick)}
            y={height - 4}
            textAnchor={tick === 0 ? 'start' : tick === 1 ? 'end' : 'middle'}
          >
            {tick === 0.5 ? 'confidence' : percent(tick, 0)}
          </text>
        </g>
      ))}
      {bins.map((bin) => (
        <g key={bin.bin}>
          <title>{binWords(bin)}</title>
          <rect
            className={classes.bar}
            x={x(bin.lo)}
            width={thick(bin)}
            y={y(bin.accuracy)}
            height={y(0) - y(bin.accuracy)}
          />
          <rect
            className={classes.count}
            x={x(bin.lo)}
            width={thick(bin)}
            y={base - Math.max(1, (countHeight * bin.count) / most)}
            height={Math.max(1, (countHeight * bin.count) / most)}
          />
        </g>
      ))}
      <line className={classes.diagonal} x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      {best.map((bin) => (
        <circle
          key={bin.bin}
          className={classes.best}
          cx={x((bin.lo + bin.hi) / 2)}
          cy={y(bin.accuracy)}
          r={3}
        />
      ))}
      <text
        className={classes.tick}
        x={margin.left - 5}
        y={base - countHeight}
        textAnchor="end"
        dominantBaseline="hanging"
      >
        {percent(most / examples, 0)}
      </text>
    </>
  )
}

const range = ({ lo, hi }: ReliabilityBin): string => `${(100 * lo).toFixed(0)} to ${percent(hi, 0)}`

const binWords = (bin: ReliabilityBin): string =>
  `Confidence ${range(bin)}: ${count(bin.count)} examples, ${percent(bin.accuracy)} right, mean confidence ${percent(bin.confidence)}`

function summary(bins: readonly ReliabilityBin[]): string {
  const total = bins.reduce((sum, bin) => sum + bin.count, 0)
  const over = bins.filter(({ accuracy, confidence }) => accuracy < confidence)
  const share = over.reduce((sum, bin) => sum + bin.count, 0) / total
  return `Reliability diagram of the ensemble: in ${bins.length} bins of confidence; ${percent(share, 0)} of the examples are in bins that are surer than right.`
}

function BinTable({ bins }: { readonly bins: readonly ReliabilityBin[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={ensembleClasses.scroll} tabIndex={0} aria-label="Calibration: values">
      <Table horizontalSpacing="xs" verticalSpacing={2} stickyHeader ta="right">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Confidence</Table.Th>
            <Table.Th ta="right">Examples</Table.Th>
            <Table.Th ta="right">Mean confidence</Table.Th>
            <Table.Th ta="right">Accuracy</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {bins.map((bin) => (
            <Table.Tr key={bin.bin}>
              <Table.Th scope="row" fw={400}>
                {range(bin)}
              </Table.Th>
              <Table.Td>{count(bin.count)}</Table.Td>
              <Table.Td>{percent(bin.confidence, 2)}</Table.Td>
              <Table.Td>{percent(bin.accuracy, 2)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
