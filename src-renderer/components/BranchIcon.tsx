/** One line that leaves another: a run that came from another one. Words stand beside it, or in its title. */
export const BranchIcon = () => (
  <svg viewBox="0 0 16 16" width="12" height="12" fill="none" stroke="currentColor" aria-hidden="true">
    <path d="M4 5v6M4 11V9.500c0-2 8-1 8-4" strokeWidth="1.4" />
    <circle cx="4" cy="3.200" r="1.700" strokeWidth="1.4" />
    <circle cx="4" cy="12.800" r="1.700" strokeWidth="1.4" />
    <circle cx="12" cy="3.600" r="1.700" strokeWidth="1.4" />
  </svg>
)
