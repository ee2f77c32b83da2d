import { Button, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import type { ExamplePlaces } from '../../../shared/api/mistakes.ts'
import { examplesUrl } from '../../../shared/api/urls.ts'
import { trpc } from '../../client.ts'
import { ErrorNote } from '../../components/ErrorNote.tsx'
import { count } from '../../format/format.ts'
import { loadPicture } from './loadPicture.ts'
import classes from './Mistakes.module.css'

/** Pictures come so many at a time, in one file. */
const atOnce = 24
/** Of a table, the features that a tile has room for. */
const mostFeatures = 6

export interface Tile {
  readonly row: number
  /** True and predicted class, and what else is known; a line each. */
  readonly words: string
}

interface ExampleGridProps {
  readonly title: string
  readonly about: string
  readonly tiles: readonly Tile[]
  readonly places: ExamplePlaces | undefined
  /** What decides which examples these are. */
  readonly choice?: ReactNode
  /** The heading takes the focus whenever this is another object. */
  readonly focusFor?: object
  /** Gives the focus back to where the examples were chosen. */
  readonly onBack?: () => void
}

/** Examples with their pictures or rows; more of them come when they are asked for. */
export function ExampleGrid({ title, about, tiles, places, choice, focusFor, onBack }: ExampleGridProps) {
  const [pages, setPages] = useState(1)
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (focusFor !== undefined) heading.current?.focus()
  }, [focusFor])
  const leave = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onBack?.()
  }
  const shown = tiles.slice(0, pages * atOnce)
  const chunks = Array.from({ length: Math.ceil(shown.length / atOnce) }, (_, k) =>
    shown.slice(k * atOnce, (k + 1) * atOnce),
  )
  return (
    <section aria-label={title} onKeyDown={leave}>
      <div className={classes.head}>
        <Title order={2} fz="md" ref={heading} tabIndex={-1}>
          {title}
        </Title>
        {choice}
        {onBack !== undefined && (
          <Button variant="default" size="compact-xs" onClick={onBack}>
            Back to the matrix
          </Button>
        )}
      </div>
      <p className={classes.about}>{about}</p>
      {chunks.map((chunk) => (
        <Chunk key={chunk[0]?.row} tiles={chunk} places={places} />
      ))}
      {shown.length < tiles.length && (
        <Button variant="default" size="xs" onClick={() => setPages(pages + 1)}>
          Show more ({count(tiles.length - shown.length)} left)
        </Button>
      )}
    </section>
  )
}

type Known = Extract<ExamplePlaces, { state: 'known' }>

function Chunk({ tiles, places }: Pick<ExampleGridProps, 'tiles' | 'places'>) {
  if (places?.state !== 'known')
    return (
      <ul className={classes.grid}>
        {tiles.map(({ row, words }) => (
          <li key={row} className={classes.tile}>
            <Words name={`row ${row}`} words={words} />
          </li>
        ))}
      </ul>
    )
  return places.kind === 'image' ? (
    <Pictures tiles={tiles} places={places} />
  ) : (
    <Rows tiles={tiles} places={places} />
  )
}

function Words({ name, words }: { readonly name: string; readonly words: string }) {
  return (
    <span className={classes.words}>
      <span className={classes.name}>{name}</span>
      {`\n${words}`}
    </span>
  )
}

interface KnownChunk {
  readonly tiles: readonly Tile[]
  readonly places: Known
}

function Pictures({ tiles, places }: KnownChunk) {
  const examples = tiles.map(({ row }) => places.examples[row] ?? 0)
  const url = examplesUrl(places.datasetId, examples)
  const { data, error, refetch } = useQuery({
    queryKey: ['example pictures', url],
    queryFn: () => loadPicture(url),
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  return (
    <>
      {error !== null && (
        <ErrorNote title="The pictures could not be loaded" error={error} onRetry={() => void refetch()} />
      )}
      <ul className={classes.grid} aria-busy={data === undefined && error === null}>
        {tiles.map(({ row, words }, k) => (
          <li key={row} className={classes.tile}>
            <span
              role="img"
              aria-label={`Example ${examples[k]}${data === undefined ? ', not loaded' : ''}`}
              className={classes.picture}
              style={{
                ...(data !== undefined && { backgroundImage: `url("${data}")` }),
                backgroundSize: `${100 * tiles.length}% 100%`,
                backgroundPosition: `${tiles.length === 1 ? 0 : (100 * k) / (tiles.length - 1)}% 0`,
              }}
            />
            <Words name={`example ${examples[k]}`} words={words} />
          </li>
        ))}
      </ul>
    </>
  )
}

function Rows({ tiles, places }: KnownChunk) {
  const indices = tiles.map(({ row }) => places.examples[row] ?? 0)
  const { data, error, refetch } = useQuery({
    ...trpc.datasets.rows.queryOptions({ id: places.datasetId, indices }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const features = data?.features.slice(0, mostFeatures) ?? []
  return (
    <>
      {error !== null && (
        <ErrorNote title="The rows could not be read" error={error} onRetry={() => void refetch()} />
      )}
      <ul className={classes.grid} aria-busy={data === undefined && error === null}>
        {tiles.map(({ row, words }, k) => (
          <li key={row} className={classes.tile}>
            <div>
              <Words name={`example ${indices[k]}`} words={words} />
              <dl className={classes.features}>
                {features.map((feature, f) => (
                  <div key={feature}>
                    <dt>{feature}</dt>
                    <dd>{Number((data?.rows[k]?.values[f] ?? Number.NaN).toPrecision(4))}</dd>
                  </div>
                ))}
                {data !== undefined && data.features.length > mostFeatures && (
                  <div>
                    <dt>and {count(data.features.length - mostFeatures)} more</dt>
                  </div>
                )}
              </dl>
            </div>
          </li>
        ))}
      </ul>
    </>
  )
}
