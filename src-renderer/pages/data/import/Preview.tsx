import { Button, Title } from '@mantine/core'
import type { ImportFormat } from '../../../../shared/data/importOptions.ts'
import type { DataPreview } from '../../../../shared/data/preview.ts'
import { extentText, previewFacts } from '../../../../shared/data/previewText.ts'
import { errorWords } from '../../../components/errorWords.ts'
import { bytes, count, percent } from '../../../format/format.ts'
import type { Draft } from './draft.ts'
import classes from './Preview.module.css'
import { PreviewBroken } from './PreviewBroken.tsx'
import { PreviewClasses } from './PreviewClasses.tsx'
import { PreviewRows } from './PreviewRows.tsx'
import { usePreview } from './usePreview.ts'

interface PreviewProps {
  readonly draft: Draft
  readonly format: ImportFormat | undefined
}

/** What an import would find: first of a part of the data, then, while it is counted, of ever more. */
export function Preview({ draft, format }: PreviewProps) {
  const { preview, phase, error, isNewer, stop } = usePreview(draft, format)
  if (phase === 'none') return null
  return (
    <section className={classes.preview} aria-labelledby="import-preview" aria-busy={phase === 'looking'}>
      <div className={classes.head}>
        <Title order={3} id="import-preview" className={classes.title}>
          What would be imported
        </Title>
        {phase === 'looking' && (
          <>
            <progress
              className={classes.bar}
              aria-label="Looking at the data"
              max={1}
              {...(preview && { value: shareOf(preview) })}
            />
            <span className={classes.aside}>{preview ? progressWords(preview) : 'Looking…'}</span>
            <Button variant="default" size="compact-xs" onClick={stop}>
              Stop counting
            </Button>
          </>
        )}
      </div>
      {phase === 'failed' && <p className={classes.fault}>{errorWords(error)}</p>}
      {preview !== undefined && (
        <div className={classes.found} data-old={isNewer}>
          <p className={classes.aside} role="status">
            {phase === 'looking' && preview.isWhole ? '' : extentText(preview)}
            {phase === 'stopped' && !preview.isWhole && ' The counting was stopped.'}
          </p>
          <Facts preview={preview} />
          {preview.refusal !== null && (
            <p className={classes.fault}>
              <strong>The import would be refused.</strong> {preview.refusal}
            </p>
          )}
          <PreviewBroken preview={preview} />
          <PreviewClasses preview={preview} />
          {preview.table !== null && preview.images === null && <PreviewRows table={preview.table} />}
        </div>
      )}
    </section>
  )
}

function Facts({ preview }: { readonly preview: DataPreview }) {
  return (
    <dl className={classes.facts}>
      {previewFacts(preview).map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

const shareOf = ({ progress: { done, total } }: DataPreview): number => (total === 0 ? 1 : done / total)

function progressWords(preview: DataPreview): string {
  const { done, total, unit } = preview.progress
  const amount = unit === 'byte' ? bytes(total) : `${count(total)} ${unit}s`
  return `${percent(total === 0 ? 1 : done / total, 0)} of ${amount}`
}
