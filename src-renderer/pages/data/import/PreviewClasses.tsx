import { Button } from '@mantine/core'
import { useState } from 'react'
import type { DataPreview } from '../../../../shared/data/preview.ts'
import { count } from '../../../format/format.ts'
import classes from './Preview.module.css'

/** Beyond these a list is unfolded on demand. */
const fewClasses = 10
const pageOfClasses = 100

/** How many examples each class has, with a few of its images. */
export function PreviewClasses({ preview }: { readonly preview: DataPreview }) {
  const [shown, setShown] = useState(fewClasses)
  const { classes: all, test } = preview
  if (all.length === 0) return null
  const most = Math.max(1, ...all.flatMap((own) => [own.train, own.test]))
  const hasPictures = all.some(({ pictures }) => pictures.length > 0)
  const more = all.length - shown
  return (
    <section aria-label="Classes" className={classes.part}>
      <table className={classes.counts}>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col">Training</th>
            {test !== null && <th scope="col">Test</th>}
            {hasPictures && <th scope="col">Some of its images</th>}
          </tr>
        </thead>
        <tbody>
          {all.slice(0, shown).map(({ name, train, test: tests, pictures }) => (
            <tr key={name}>
              <th scope="row" title={name}>
                <span className={classes.name}>{name}</span>
              </th>
              <Amount value={train} most={most} part="train" />
              {test !== null && <Amount value={tests} most={most} part="test" />}
              {hasPictures && (
                <td className={classes.pictures}>
                  {pictures.map((picture, i) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: they have no other name.
                    <img key={i} src={picture} alt={i === 0 ? `Images of ${name}` : ''} />
                  ))}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <Button variant="default" size="compact-xs" onClick={() => setShown(shown + pageOfClasses)}>
          Show {count(Math.min(more, pageOfClasses))} more of {count(all.length)} classes
        </Button>
      )}
    </section>
  )
}

interface AmountProps {
  readonly value: number
  readonly most: number
  readonly part: 'train' | 'test'
}

function Amount({ value, most, part }: AmountProps) {
  return (
    <td>
      <span className={classes.amount}>
        <span className={classes.number}>{count(value)}</span>
        <span className={classes.track} aria-hidden="true">
          <span className={classes.bar} data-part={part} style={{ width: `${(100 * value) / most}%` }} />
        </span>
      </span>
    </td>
  )
}
