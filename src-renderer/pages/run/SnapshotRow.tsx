import { ActionIcon, Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import type { RunSummary, SnapshotInfo } from '../../../shared/api/runs.ts'
import { type SnapshotDownload, snapshotDownloads, snapshotDownloadUrl } from '../../../shared/api/urls.ts'
import { download } from '../../components/download.ts'
import { afterSteps, bytes, count, loss, rate } from '../../format/format.ts'
import { type ScoreMeasure, scoreText } from '../../format/scoreMeasure.ts'
import { useScoreMeasure } from '../../hooks/useScoreMeasure.ts'
import { bestWords } from '../../ribbon/dots.ts'
import type { RibbonDot } from '../../ribbon/types.ts'
import { TryItDialog } from '../../try-it/TryItDialog.tsx'
import { DotMark } from './DotMark.tsx'
import classes from './Snapshots.module.css'
import { judgedBy } from './scene.ts'

interface SnapshotRowProps {
  readonly run: RunSummary
  readonly dot: RibbonDot
  /** Not there for a moment while the page opens, and for a lost one. */
  readonly snapshot: SnapshotInfo | undefined
  /** Whether its weights or predictions are not those that were stored. */
  readonly isDamaged: boolean
  readonly isSelected: boolean
  readonly onSelect: (snapshotId: number) => void
}

export function SnapshotRow({ run, dot, snapshot, isDamaged, isSelected, onSelect }: SnapshotRowProps) {
  const [measure] = useScoreMeasure()
  const id = dot.snapshotId
  if (id === undefined)
    return (
      <li className={classes.planned}>
        <DotMark state={dot.state} />
        <span>{dot.name}</span>
        <span className={classes.when}>lost {afterSteps(dot.step)}</span>
      </li>
    )
  const scores = snapshot ?? run.snapshots.find((one) => one.id === id)
  return (
    <li className={classes.row} data-selected={isSelected}>
      <button type="button" className={classes.choose} aria-pressed={isSelected} onClick={() => onSelect(id)}>
        <DotMark state={dot.state} />
        <span className={classes.cycle}>
          {dot.name}
          {dot.state === 'best' && <span className={classes.best}> {bestWords(run, dot.step)}</span>}
          {isDamaged && <span className={classes.damaged}> damaged</span>}
        </span>
        <span className={classes.score}>
          <span className={classes.part}>{scores === undefined ? '' : partOf(scores)}</span>
          {scoreText(scores === undefined ? null : judgedBy(scores), measure)}
        </span>
        {snapshot !== undefined && <Facts run={run} snapshot={snapshot} measure={measure} />}
      </button>
      <SnapshotMenu
        runId={run.id}
        runName={run.name}
        id={id}
        name={dot.name}
        stepsDone={dot.step + 1}
        hasAverage={(snapshot?.ema ?? null) !== null}
      />
    </li>
  )
}

/** Which part of the data the accuracy is of. */
function partOf({ valAccuracy, testAccuracy }: Pick<SnapshotInfo, 'valAccuracy' | 'testAccuracy'>): string {
  if (valAccuracy !== null) return 'val.'
  return testAccuracy === null ? '' : 'test'
}

interface FactsProps {
  readonly run: RunSummary
  readonly snapshot: SnapshotInfo
  readonly measure: ScoreMeasure
}

function Facts({ run, snapshot, measure }: FactsProps) {
  const { valAccuracy, valLoss, testAccuracy, testLoss, step, lr, ema } = snapshot
  const epoch = Number(((step + 1) / run.planned.plan.stepsPerEpoch).toFixed(2))
  return (
    <span className={classes.facts}>
      <span>epoch {epoch}</span>
      <span>{count(step + 1)} steps</span>
      <span>{bytes(snapshot.bytes)}</span>
      <span>rate {rate(Number(lr.toPrecision(3)))}</span>
      <span>loss {loss(valLoss ?? testLoss)}</span>
      {valAccuracy !== null && testAccuracy !== null && <span>test {scoreText(testAccuracy, measure)}</span>}
      {ema !== null && (
        <span className={classes.average} title="The moving average of the weights, after the same step">
          average {partOf(ema)} {scoreText(judgedBy(ema), measure)}
        </span>
      )}
    </span>
  )
}

const formats: Readonly<Record<SnapshotDownload, string>> = {
  tfjs: 'TensorFlow.js model (tar)',
  safetensors: 'safetensors',
  onnx: 'ONNX, with its normalisation',
}

interface SnapshotMenuProps {
  readonly runId: string
  readonly runName: string
  readonly id: number
  readonly name: string
  readonly stepsDone: number
  /** A moving average of the weights is kept beside them. */
  readonly hasAverage: boolean
}

function SnapshotMenu({ runId, runName, id, name, stepsDone, hasAverage }: SnapshotMenuProps) {
  const navigate = useNavigate()
  const [isTrying, setTrying] = useState(false)
  return (
    <>
      <TryItDialog
        name={`${name} of ${runName}`}
        predictor={{ type: 'snapshot', id }}
        opened={isTrying}
        onClose={() => setTrying(false)}
      />
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={`More of the snapshot of ${name}`}
            title="Try it, mistakes, branch, fine-tune, find rate, download"
          >
            <svg
              viewBox="0 0 16 16"
              width="14"
              height="14"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.5"
              aria-hidden="true"
            >
              <path d="M3 8h.01M8 8h.01M13 8h.01" strokeWidth="2.5" strokeLinecap="round" />
            </svg>
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setTrying(true)}>Try it…</Menu.Item>
          <Menu.Item onClick={() => void navigate({ to: '/mistakes', search: { snapshot: id } })}>
            Mistakes
          </Menu.Item>
          <Menu.Item
            onClick={() =>
              void navigate({ to: '/new', search: { from: runId, begin: 'branch', step: stepsDone } })
            }
          >
            Branch from here…
          </Menu.Item>
          <Menu.Item
            onClick={() =>
              void navigate({ to: '/new', search: { from: runId, begin: 'fineTune', step: stepsDone } })
            }
          >
            Fine-tune…
          </Menu.Item>
          <Menu.Item
            onClick={() => void navigate({ to: '/new', search: { from: runId, find: true, snapshot: id } })}
          >
            Find rate from here
          </Menu.Item>
          <Menu.Divider />
          <Menu.Label>Download</Menu.Label>
          {snapshotDownloads.map((format) => (
            <Menu.Item key={format} onClick={() => download(snapshotDownloadUrl(id, format))}>
              {formats[format]}
            </Menu.Item>
          ))}
          {hasAverage && (
            <>
              <Menu.Label>Download the average of weights</Menu.Label>
              {snapshotDownloads.map((format) => (
                <Menu.Item key={format} onClick={() => download(snapshotDownloadUrl(id, format, 'ema'))}>
                  {formats[format]}
                </Menu.Item>
              ))}
            </>
          )}
        </Menu.Dropdown>
      </Menu>
    </>
  )
}
