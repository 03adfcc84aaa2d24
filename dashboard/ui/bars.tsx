/** A small chart of bars, drawn by hand; the same figures are there as a table for whoever cannot see it. */

const [WIDTH, HEIGHT, TOP] = [600, 150, 12]

type Point = { label: string; values: number[] }

export function Bars({ name, of: points, series }: { name: string; of: Point[]; series: string[] }) {
  const most = Math.max(1, ...points.flatMap(({ values }) => values))
  const step = WIDTH / Math.max(1, points.length)
  const thick = Math.min(24, (step * 0.8) / series.length)
  const height = (value: number) => (value / most) * (HEIGHT - TOP)
  const [first, last] = [points[0]?.label, points.at(-1)?.label]
  return (
    <div class="bars">
      <div class="row between">
        <ul class="row legend">
          {series.map((one, index) => (
            <li key={one} class={`series${index}`}>
              {one}
            </li>
          ))}
        </ul>
        <span class="quiet">at most {most}</span>
      </div>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={name} preserveAspectRatio="none">
        {points.flatMap(({ label, values }, place) =>
          values.map((value, index) => (
            <rect
              key={`${label} ${series[index]}`}
              class={`series${index}`}
              x={place * step + (step - thick * series.length) / 2 + index * thick}
              y={HEIGHT - height(value)}
              width={thick}
              height={height(value)}
            >
              <title>{`${label}: ${value} ${series[index]}`}</title>
            </rect>
          )),
        )}
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      </svg>
      <div class="row between quiet">
        <span>{first}</span>
        <span>{last}</span>
      </div>
      <details>
        <summary>As a table</summary>
        <table>
          <caption class="hidden">{name}</caption>
          <thead>
            <tr>
              <th scope="col">When</th>
              {series.map((one) => (
                <th key={one} scope="col" class="number">
                  {one}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {points.map(({ label, values }) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {values.map((value, index) => (
                  <td key={series[index]} data-label={series[index]} class="number">
                    {value}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </div>
  )
}
