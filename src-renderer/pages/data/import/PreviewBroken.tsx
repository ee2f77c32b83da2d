import { Button } from '@mantine/core'
import { useState } from 'react'
import type { DataPreview } from '../../../../shared/data/preview.ts'
import { brokenText } from '../../../../shared/data/previewText.ts'
import { copyText } from '../../../components/copyText.ts'
import { count } from '../../../format/format.ts'
import classes from './Preview.module.css'

/** What cannot be used, each with its reason. */
export function PreviewBroken({ preview }: { readonly preview: DataPreview }) {
  const [copied, setCopied] = useState('')
  const { shown, total, canSkip } = preview.broken
  const words = brokenText(preview)
  if (words === undefined) return null
  const more = total.count - shown.length
  const copy = async (): Promise<void> => {
    const list = shown.map(({ place, why }) => `${place}: ${why}`).join('\n')
    const rest = more > 0 ? `\nand ${more} more` : ''
    setCopied((await copyText(`${list}${rest}\n`)) ? 'Copied' : 'It could not be copied')
  }
  return (
    <section className={classes.broken} aria-label="What cannot be used">
      <div className={classes.brokenHead}>
        <strong>
          {words.charAt(0).toUpperCase()}
          {words.slice(1)}
        </strong>
        <Button variant="default" size="compact-xs" onClick={() => void copy()}>
          Copy the list
        </Button>
        <span role="status" className={classes.aside}>
          {copied}
        </span>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <ul className={classes.brokenList} tabIndex={0} aria-label="Files that cannot be used">
        {shown.map(({ place, why }, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows.
          <li key={i}>
            <span className={classes.place}>{place}</span> {why}
          </li>
        ))}
        {more > 0 && <li>and {count(more)} more</li>}
      </ul>
      {canSkip && (
        <span className={classes.aside}>
          The import asks before it leaves them out; or replace them, or take them away.
        </span>
      )}
    </section>
  )
}
