/** Steps through a long list: back, on, and where one is. */
import { Button } from './button.tsx'

export function Pager({
  offset,
  limit,
  total,
  onMove,
}: {
  offset: number
  limit: number
  total: number
  onMove: (offset: number) => void
}) {
  if (total <= limit && offset === 0) return null
  const last = Math.min(offset + limit, total)
  return (
    <nav class="row pager" aria-label="Pages">
      {offset > 0 && <Button onPress={() => onMove(Math.max(0, offset - limit))}>Previous</Button>}
      <span role="status">
        {total === 0 ? 'None' : `${offset + 1} to ${last}`} of {total}
      </span>
      {last < total && <Button onPress={() => onMove(offset + limit)}>Next</Button>}
    </nav>
  )
}
