import type { Profile } from '../curves.ts'
import { float } from './python.ts'

/** The Python of a profile at progress `u`, a name or a bracketed expression; see profileCurve. */
export function writeCurve(profile: Profile, u: string): string {
  switch (profile.shape) {
    case 'linear':
      return `(1 - ${u})`
    case 'cosine':
      return `((1 + math.cos(math.pi * ${u})) / 2)`
    case 'exponential':
      return `math.exp(${float(-profile.k)} * ${u})`
    case 'polynomial':
      return `(1 - ${u}) ** ${float(profile.power)}`
    case 'rex': {
      const { beta } = profile
      return `(0.0 if ${u} >= 1 else (1 - ${u}) / (${float(1 - beta)} + ${float(beta)} * (1 - ${u})))`
    }
  }
}
