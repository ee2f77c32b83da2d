import { type KeyboardEvent, type RefObject, useId, useMemo, useState } from 'react'
import { flushSync } from 'react-dom'
import { type Completion, completionsAt } from './complete.ts'
import classes from './Filter.module.css'
import { FilterHelp } from './FilterHelp.tsx'
import type { FilterError } from './parse.ts'

interface FilterBoxProps {
  readonly input: RefObject<HTMLInputElement | null>
  readonly text: string
  readonly onText: (text: string) => void
  readonly error: FilterError | undefined
  /** Id of the line that tells the error. */
  readonly messageId: string
  readonly tags: readonly string[]
  /** The user is done here: on to the table. */
  readonly onDone: () => void
}

/** One line of filter with completions; what cannot be read is underlined where it stands. */
export function FilterBox(props: FilterBoxProps) {
  const { input, text, error } = props
  const listId = useId()
  const [scroll, setScroll] = useState(0)
  const offers = useOffers(props)
  return (
    <div className={classes.box}>
      <div className={classes.mirror} aria-hidden="true">
        <div style={{ transform: `translateX(${-scroll}px)` }}>
          {error !== undefined && <Underlined text={text} from={error.from} to={error.to} />}
        </div>
      </div>
      <input
        ref={input}
        className={classes.input}
        type="text"
        role="combobox"
        aria-label="Filter runs"
        aria-autocomplete="list"
        aria-expanded={offers.list.length > 0}
        aria-controls={listId}
        aria-invalid={error !== undefined}
        aria-describedby={props.messageId}
        {...(offers.active === undefined ? {} : { 'aria-activedescendant': `${listId}-${offers.active}` })}
        placeholder="Filter: words, best>0.88, tag:paper, is:favourite"
        autoComplete="off"
        spellCheck={false}
        value={text}
        onChange={(event) => {
          props.onText(event.currentTarget.value)
          offers.look(event.currentTarget.selectionStart ?? event.currentTarget.value.length)
        }}
        onScroll={(event) => setScroll(event.currentTarget.scrollLeft)}
        onBlur={offers.close}
        onKeyDown={offers.onKeyDown}
      />
      <div className={classes.tools}>
        {text !== '' && (
          <button
            type="button"
            className={classes.tool}
            aria-label="Clear the filter"
            title="Clear (Esc)"
            onClick={() => {
              props.onText('')
              input.current?.focus()
            }}
          >
            ×
          </button>
        )}
        <FilterHelp onExample={(example) => props.onText(example)} />
      </div>
      <div
        id={listId}
        role="listbox"
        aria-label="Completions"
        className={classes.offers}
        hidden={offers.list.length === 0}
      >
        {offers.list.map((offer, place) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the box keeps the focus and names the active one
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box takes the keys
          <div
            key={offer.insert}
            id={`${listId}-${place}`}
            role="option"
            aria-selected={place === offers.active}
            className={classes.offer}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => offers.take(offer)}
          >
            <span>{offer.insert.trim()}</span>
            <span className={classes.about}>{offer.about}</span>
          </div>
        ))}
      </div>
    </div>
  )
}

function Underlined({
  text,
  from,
  to,
}: {
  readonly text: string
  readonly from: number
  readonly to: number
}) {
  // What is missing at the end is marked as a blank there.
  const part = text.slice(from, to) || ' '
  return (
    <>
      {text.slice(0, from)}
      <span className={classes.wrong}>{part}</span>
    </>
  )
}

function useOffers({ input, text, tags, onText, onDone }: FilterBoxProps) {
  const [cursor, setCursor] = useState<number>()
  const [active, setActive] = useState<number>()
  const found = useMemo(
    () => (cursor === undefined ? undefined : completionsAt(text, cursor, tags)),
    [text, cursor, tags],
  )
  const list: readonly Completion[] = found?.offers ?? []
  const close = (): void => {
    setCursor(undefined)
    setActive(undefined)
  }
  const look = (at: number): void => {
    setCursor(at)
    setActive(undefined)
  }
  const take = (offer: Completion): void => {
    if (found === undefined) return
    const end = found.from + offer.insert.length
    // At once, so that the next key is typed behind it.
    flushSync(() => onText(text.slice(0, found.from) + offer.insert + text.slice(found.to)))
    input.current?.setSelectionRange(end, end)
    look(end)
  }
  const step = (by: number): void => {
    if (list.length === 0) setCursor(input.current?.selectionStart ?? text.length)
    else setActive(((active ?? (by > 0 ? -1 : 0)) + by + list.length) % list.length)
  }
  const leave = (): void => {
    if (list.length > 0) close()
    else if (text !== '') onText('')
    else onDone()
  }
  const finish = (): void => {
    close()
    onDone()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const chosen = active === undefined ? undefined : list[active]
    const acts: Readonly<Record<string, (() => void) | undefined>> = {
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Escape: leave,
      Tab: chosen && (() => take(chosen)),
      Enter: chosen === undefined ? finish : () => take(chosen),
    }
    const act = acts[event.key]
    if (act === undefined || event.nativeEvent.isComposing) return
    event.preventDefault()
    act()
  }
  return { list, active, look, take, close, onKeyDown }
}
