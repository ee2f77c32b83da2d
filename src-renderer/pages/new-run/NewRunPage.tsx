export function NewRunPage() {
  return <main />
}
