import { NameText } from '../../components/NameText.tsx'
import classes from './Compare.module.css'
import type { Place } from './places.ts'

/** A run's name with the look of its curves. */
export function RunCell({ place, isBaseline }: { readonly place: Place; readonly isBaseline: boolean }) {
  const { label, color, dash } = place
  return (
    <span className={classes.runCell}>
      <svg width={16} height={8} aria-hidden="true">
        <path
          d="M0 4h16"
          stroke={color}
          strokeWidth={2}
          {...(dash !== undefined && { strokeDasharray: dash })}
        />
      </svg>
      <span className={classes.runName} title={label}>
        <NameText name={label} />
      </span>
      {isBaseline && <span className={classes.baseline}>baseline</span>}
    </span>
  )
}
