import { Text } from '@mantine/core'
import { counted } from '../format/format.ts'
import classes from './TryIt.module.css'

interface LeftOutProps {
  readonly unusable: readonly { readonly name: string; readonly why: string }[]
  readonly nameOf: (name: string) => string
}

/** Told one by one; of the others the number. */
const mostTold = 200

/** Examples that could not be read, each with what is wrong with it. */
export function LeftOut({ unusable, nameOf }: LeftOutProps) {
  const more = unusable.length - mostTold
  return (
    <section aria-label="Left out">
      <Text size="sm">
        {counted(unusable.length, 'example')} left out, since {unusable.length === 1 ? 'it' : 'they'} cannot
        be read:
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys. */}
      <ul className={classes.unusable} tabIndex={0}>
        {unusable.slice(0, mostTold).map(({ name, why }) => (
          <li key={name}>
            {nameOf(name)}: {why}
          </li>
        ))}
        {more > 0 && <li>and {counted(more, 'other')}</li>}
      </ul>
    </section>
  )
}
