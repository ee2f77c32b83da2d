import { Button, Title } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { ExamplePlaces } from '../../../shared/api/mistakes.ts'
import { examplesUrl } from '../../../shared/api/urls.ts'
import { trpc } from '../../client.ts'
import { count } from '../../format/format.ts'
import { useFileAddress } from '../../hooks/useFileAddress.ts'
import classes from './Mistakes.module.css'

/** Pictures come so many at a time, in one file. */
const atOnce = 24
/** Of a table, the features that a tile has room for. */
const mostFeatures = 6

export interface Tile {
  readonly row: number
  /** True and predicted class, and what else is known. */
  readonly words: ReactNode
}

interface ExampleGridProps {
  readonly title: string
  readonly about: string
  readonly tiles: readonly Tile[]
  readonly places: ExamplePlaces | undefined
}

/** Examples with their pictures or rows; more of them come when they are asked for. */
export function ExampleGrid({ title, about, tiles, places }: ExampleGridProps) {
  const [pages, setPages] = useState(1)
  const shown = tiles.slice(0, pages * atOnce)
  const chunks = Array.from({ length: Math.ceil(shown.length / atOnce) }, (_, k) =>
    shown.slice(k * atOnce, (k + 1) * atOnce),
  )
  return (
    <section aria-label={title}>
      <Title order={2} fz="md">
        {title}
      </Title>
      <p className={classes.quiet}>{about}</p>
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
            <span>
              row {row}
              <br />
              {words}
            </span>
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

interface KnownChunk {
  readonly tiles: readonly Tile[]
  readonly places: Known
}

function Pictures({ tiles, places }: KnownChunk) {
  const examples = tiles.map(({ row }) => places.examples[row] ?? 0)
  const { address } = useFileAddress(examplesUrl(places.datasetId, examples))
  return (
    <ul className={classes.grid}>
      {tiles.map(({ row, words }, k) => (
        <li key={row} className={classes.tile}>
          <span
            role="img"
            aria-label={`Example ${examples[k]}`}
            className={classes.picture}
            style={{
              ...(address !== undefined && { backgroundImage: `url("${address}")` }),
              backgroundSize: `${100 * tiles.length}% 100%`,
              backgroundPosition: `${tiles.length === 1 ? 0 : (100 * k) / (tiles.length - 1)}% 0`,
            }}
          />
          <span>
            example {examples[k]}
            <br />
            {words}
          </span>
        </li>
      ))}
    </ul>
  )
}

function Rows({ tiles, places }: KnownChunk) {
  const indices = tiles.map(({ row }) => places.examples[row] ?? 0)
  const { data } = useQuery({
    ...trpc.datasets.rows.queryOptions({ id: places.datasetId, indices }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  return (
    <ul className={classes.grid}>
      {tiles.map(({ row, words }, k) => (
        <li key={row} className={classes.tile}>
          <span>
            example {indices[k]}
            <br />
            {words}
            {data?.features.slice(0, mostFeatures).map((feature, f) => (
              <span key={feature}>
                <br />
                {feature} {Number((data.rows[k]?.values[f] ?? Number.NaN).toPrecision(4))}
              </span>
            ))}
          </span>
        </li>
      ))}
    </ul>
  )
}
