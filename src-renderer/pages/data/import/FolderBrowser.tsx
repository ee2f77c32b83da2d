import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useState } from 'react'
import type { FolderListing } from '../../../../shared/api/datasets.ts'
import { trpc } from '../../../client.ts'
import { bytes } from '../../../format/format.ts'
import classes from './FolderBrowser.module.css'

interface FolderBrowserProps {
  /** A folder or a file; empty: the user's own folder. */
  readonly path: string
  /** What is being chosen: "Labels file". */
  readonly label: string
  readonly onPick: (path: string) => void
}

/** Looks through the folders of the machine that Anneal runs on, which may be another than the one with the window. */
export function FolderBrowser({ path, label, onPick }: FolderBrowserProps) {
  const here = useQuery({ ...folderQuery(path), placeholderData: keepPreviousData })
  const at = here.data
  // A file, or an empty folder: what lies beside it tells which.
  const isLeaf = at !== undefined && at.entries.length === 0 && at.parent !== null
  const beside = useQuery({
    ...folderQuery(at?.parent ?? ''),
    enabled: isLeaf,
    placeholderData: keepPreviousData,
  })
  const chosen = at === undefined ? '' : lastName(at.path)
  const isFile = isLeaf && beside.data?.entries.some(({ name, isFolder }) => name === chosen && !isFolder)
  const shown = isFile === true ? beside.data : at
  return (
    <section className={classes.browser} aria-label={`Folders, for: ${label}`}>
      <header className={classes.head}>
        <Button
          variant="default"
          size="compact-xs"
          disabled={!shown?.parent}
          onClick={() => shown?.parent && onPick(shown.parent)}
        >
          Up
        </Button>
        <span className={classes.path} title={shown?.path}>
          <bdi>{shown?.path ?? (here.error === null ? 'Looking…' : 'There is no such folder')}</bdi>
        </span>
      </header>
      {shown !== undefined && (
        <Entries
          key={shown.path}
          listing={shown}
          chosen={isFile === true ? chosen : undefined}
          onPick={onPick}
        />
      )}
    </section>
  )
}

export const folderQuery = (path: string) =>
  trpc.datasets.browse.queryOptions({ path }, { retry: false, staleTime: 2_000 })

interface EntriesProps {
  readonly listing: FolderListing
  readonly chosen: string | undefined
  readonly onPick: (path: string) => void
}

/** One stop of the Tab key; arrows move inside. */
function Entries({ listing, chosen, onPick }: EntriesProps) {
  const { entries, path } = listing
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      entries.findIndex(({ name }) => name === chosen),
    ),
  )
  const onKeyDown = (event: KeyboardEvent<HTMLUListElement>): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (by === undefined) return
    event.preventDefault()
    const next = Math.min(entries.length - 1, Math.max(0, at + by))
    setAt(next)
    event.currentTarget.querySelectorAll('button')[next]?.focus()
  }
  if (entries.length === 0) return <p className={classes.empty}>This folder is empty.</p>
  return (
    <ul className={classes.list} onKeyDown={onKeyDown}>
      {entries.map(({ name, isFolder, bytes: size }, place) => (
        <li key={name}>
          <button
            type="button"
            className={classes.entry}
            tabIndex={place === at ? 0 : -1}
            aria-current={name === chosen ? 'true' : undefined}
            onClick={() => {
              setAt(place)
              onPick(join(path, name))
            }}
          >
            {isFolder ? <FolderIcon /> : <FileIcon />}
            <span className={classes.name}>{name}</span>
            <span className={classes.size}>{isFolder ? 'folder' : bytes(size)}</span>
          </button>
        </li>
      ))}
    </ul>
  )
}

const lastName = (path: string): string =>
  path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1)

/** As the host's own system writes it. */
function join(folder: string, name: string): string {
  if (/[/\\]$/.test(folder)) return folder + name
  return `${folder}${/^[A-Za-z]:|^\\\\/.test(folder) ? '\\' : '/'}${name}`
}

const FolderIcon = () => (
  <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
    <path d="M1.5 3.5h5l1.5 2h6.5v8h-13z" fill="none" stroke="currentColor" strokeWidth="1.3" />
  </svg>
)

const FileIcon = () => (
  <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
    <path d="M3.5 1.5h6l3 3v10h-9zM9.5 1.5v3h3" fill="none" stroke="currentColor" strokeWidth="1.3" />
  </svg>
)
