/** What a person wants to buy, as far as it was understood. */
import type { OrderDetails } from '../api/types.ts'
import { Empty } from '../ui/notice.tsx'
import { Facts } from '../ui/panel.tsx'

export function Order({ of: order }: { of: OrderDetails | null }) {
  if (!order || order.items.length === 0) return <Empty>No order was understood yet.</Empty>
  const money = (amount: number | undefined) =>
    amount === undefined ? '–' : `${amount.toLocaleString()} ${order.currency ?? ''}`.trim()
  return (
    <>
      <table>
        <caption class="hidden">Items</caption>
        <thead>
          <tr>
            <th scope="col">Item</th>
            <th scope="col" class="number">
              Quantity
            </th>
            <th scope="col" class="number">
              Price
            </th>
          </tr>
        </thead>
        <tbody>
          {order.items.map(({ name, quantity, unit, unit_price }) => (
            <tr key={`${name} ${unit}`}>
              <th scope="row">{name}</th>
              <td data-label="Quantity" class="number">
                {quantity} {unit}
              </td>
              <td data-label="Price" class="number">
                {money(unit_price)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <Facts
        of={[
          ['Total', money(order.total_amount)],
          ['Customer', order.customer_name ?? '–'],
          ['Deliver to', order.delivery_address ?? '–'],
        ]}
      />
    </>
  )
}
