export function EnsemblesPage() {
  return <main />
}
