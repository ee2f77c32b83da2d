import { didYouMean } from '../../shared/didYouMean.ts'
import { show, UserError } from '../../shared/errors.ts'

interface Named {
  readonly id: string
  readonly name: string
}

/** Of one kind of thing that has an id and a name, which need not be its alone. */
interface Among<T extends Named> {
  /** "run" */
  readonly what: string
  /** By its id or a beginning of it. @throws UserError when none or more than one begins so */
  byId(given: string): T
  /** Those of which id or name may be meant. */
  candidates(given: string): readonly T[]
  /** What a sentence says of one. */
  describe(found: T): string
  /** To guess from, where nothing is found. */
  names(): readonly string[]
}

/** So many are told where many are meant. */
const mostTold = 4

/**
 * What a user speaks of: by its name, or by its id or a beginning of it that no other has. A whole id goes before names;
 * else one that is named so and another whose id begins so may both be meant.
 * @throws UserError when nothing or more than one is meant
 */
export function findNamed<T extends Named>(given: string, among: Among<T>): T {
  const id = given.trim().toLowerCase()
  const candidates = among.candidates(given)
  const named = candidates.filter(({ name }) => name === given)
  if (named.length === 0) return byIdAlone(given, among)
  const begun = candidates.filter((each) => each.id.startsWith(id) && !named.includes(each))
  const meant = [...named, ...begun]
  const whole = meant.find((each) => each.id === id)
  if (whole !== undefined) return whole
  const [only, ...others] = meant
  if (only !== undefined && others.length === 0) return only
  const told = meant.slice(0, mostTold).map((each) => among.describe(each))
  const more = meant.length > mostTold ? ` and ${meant.length - mostTold} more` : ''
  throw new UserError(
    `While looking for ${among.what} ${show(given)}: more than one is meant, ${told.join(', ')}${more}; give the id of one.`,
  )
}

function byIdAlone<T extends Named>(given: string, { what, byId, names }: Among<T>): T {
  try {
    return byId(given)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(
      `${error.message.replace(/\.$/, '')}; no ${what} is named so either${didYouMean(given, [...names()])}.`,
    )
  }
}
