import { Button, TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { SearchSelect } from '../../../components/SearchSelect.tsx'
import { explained } from '../../new-run/Explained.tsx'
import { getAt, listAt, type Path } from '../../new-run/model/tree.ts'
import { EntryRow } from './EntryRow.tsx'
import { withEntry } from './entries.ts'
import { JsonList } from './JsonList.tsx'
import classes from './NewStudy.module.css'
import { waitingProblem } from './partTexts.ts'
import { useStudyForm } from './studyForm.ts'

interface Offer {
  readonly value: string
  readonly label: string
}

export interface PartListProps {
  readonly list: Path
  /** "Optimizers" */
  readonly title: string
  /** "optimizer" */
  readonly one: string
  readonly offers: readonly { readonly group: string; readonly items: Offer[] }[]
  /** An entry for what was chosen among the offers. */
  readonly entryOf: (offer: string) => unknown
  /** What stands for a list that is not there: it is the first of a list that is begun. */
  readonly usual?: { readonly words: string; readonly entry: unknown } | undefined
  /** How tables call an entry without a name of its own. */
  readonly textOf: (entry: unknown) => string
  readonly nameOf: (entry: unknown) => string
  readonly renamed: (entry: unknown, name: string) => unknown
  readonly placeholder: string
  /** The fields of an entry. */
  readonly fields: (at: Path, entry: unknown) => ReactNode
}

/** A list of the study's parts: a row each, and the same list as JSON for what the fields cannot say. */
export function PartList(props: PartListProps) {
  const { list, title, one, offers, entryOf, usual, textOf, placeholder } = props
  const { tree, texts, set } = useStudyForm()
  // A text that is no list yet is not put away with its field, and what is mended in it does not meet other changes.
  const isWrong = waitingProblem({ tree, texts }, list) !== undefined
  const [isJson, setJson] = useState(isWrong)
  const isOpen = isJson || isWrong
  const entries = listAt(tree, list)
  const isThere = getAt(tree, list) !== undefined
  const add = (offer: string): void =>
    set(list, withEntry(isThere ? entries : undefined, entryOf(offer), usual?.entry))
  return (
    <section className={classes.partList} data-list aria-label={title}>
      <div className={classes.groupHead}>
        <h3>{title}</h3>
        <SearchSelect
          aria-label={`Add ${article(one)} ${one}`}
          placeholder={`add ${article(one)} ${one} …`}
          w={220}
          nothingFound="None is called so"
          maxDropdownHeight={360}
          value={null}
          data={[...offers]}
          data-adds
          disabled={isWrong}
          onChange={(offer) => {
            if (offer !== null) add(offer)
          }}
        />
        <Button
          size="compact-xs"
          variant="subtle"
          aria-expanded={isOpen}
          aria-label={`${title} as JSON`}
          onClick={() => setJson(isWrong || !isOpen)}
        >
          as JSON
        </Button>
      </div>
      {!isThere && usual !== undefined && <p className={classes.usual}>{usual.words}</p>}
      <ul className={classes.list} inert={isWrong}>
        {entries.map((entry, i) => (
          <EntryRow
            // biome-ignore lint/suspicious/noArrayIndexKey: an entry is its place in the list
            key={i}
            list={list}
            index={i}
            name={props.nameOf(entry) || textOf(entry)}
            isOptional={usual !== undefined}
          >
            <div className={classes.partFields}>
              <div data-words="long">
                <TextInput
                  {...explained(undefined)}
                  size="xs"
                  label="Name"
                  aria-label={`Name of ${one} ${i + 1}`}
                  placeholder={textOf(entry)}
                  autoComplete="off"
                  value={props.nameOf(entry)}
                  onChange={({ currentTarget: { value } }) => set([...list, i], props.renamed(entry, value))}
                />
              </div>
              {props.fields([...list, i], entry)}
            </div>
          </EntryRow>
        ))}
      </ul>
      {isOpen && <JsonList path={list} label={`${title}, a JSON list`} placeholder={placeholder} />}
    </section>
  )
}

const article = (word: string): string => (/^[aeiou]/.test(word) ? 'an' : 'a')
