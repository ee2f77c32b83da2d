import classes from './TryIt.module.css'

interface ProbabilityBarsProps {
  readonly classNames: readonly string[]
  /** Of each class, summing to 1. */
  readonly probabilities: readonly number[]
}

/** Classes drawn; of the others the sum is told. */
const mostShown = 20

/** A bar for each class, the most probable first, each with its value. */
export function ProbabilityBars({ classNames, probabilities }: ProbabilityBarsProps) {
  const ranked = probabilities
    .map((probability, label) => ({ probability, name: classNames[label] ?? String(label) }))
    .toSorted((a, b) => b.probability - a.probability)
  const rest = ranked.slice(mostShown)
  return (
    <table className={classes.bars} aria-label="Probability of each class">
      <thead className={classes.spoken}>
        <tr>
          <th>Class</th>
          <th>Probability</th>
        </tr>
      </thead>
      <tbody>
        {ranked.slice(0, mostShown).map(({ name, probability }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className={classes.track} aria-hidden="true">
              <span className={classes.bar} style={{ inlineSize: `${100 * probability}%` }} />
            </td>
            <td className={classes.value}>{(100 * probability).toFixed(2)} %</td>
          </tr>
        ))}
        {rest.length > 0 && (
          <tr>
            <th scope="row">{rest.length} others together</th>
            <td />
            <td className={classes.value}>
              {(100 * rest.reduce((sum, { probability }) => sum + probability, 0)).toFixed(2)} %
            </td>
          </tr>
        )}
      </tbody>
    </table>
  )
}
